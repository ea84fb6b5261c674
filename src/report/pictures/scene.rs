//! Shapes on a white sheet, in pixels from the upper left corner.

/// A place on the sheet: pixels to the right, pixels down.
pub type Point = (f64, f64);

/// Red, green and blue, 0 to 255.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Colour(pub u8, pub u8, pub u8);

/// Titles, names and numbers.
pub const INK: Colour = Colour(34, 34, 34);
/// Axes and their ticks.
pub const GREY: Colour = Colour(120, 120, 120);
/// Lines of the grid.
pub const PALE: Colour = Colour(222, 222, 222);
/// Shade over what was not measured.
pub const SHADE: Colour = Colour(236, 236, 236);
/// The sheet.
pub const WHITE: Colour = Colour(255, 255, 255);

/// Which end of a text stands at its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Anchor {
    /// Its start.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// A sign that marks a curve.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sign {
    /// A disc.
    Circle,
    /// A square on its side.
    Square,
    /// A triangle on its side.
    Triangle,
    /// A square on its corner.
    Diamond,
    /// A triangle on its tip.
    Wedge,
    /// A diagonal cross.
    Cross,
}

/// One shape; later shapes cover earlier ones.
#[derive(Clone, PartialEq, Debug)]
pub enum Shape {
    /// A filled rectangle between two opposite corners.
    Area {
        /// Upper left corner.
        from: Point,
        /// Lower right corner.
        to: Point,
        /// Its colour.
        colour: Colour,
    },
    /// A filled polygon.
    Polygon {
        /// Its corners, in order; the last is joined to the first.
        corners: Vec<Point>,
        /// Its colour.
        colour: Colour,
    },
    /// A line through points.
    Line {
        /// The points, in order.
        points: Vec<Point>,
        /// Its colour.
        colour: Colour,
        /// Its width in pixels.
        width: f64,
    },
    /// The sign of a curve.
    Mark {
        /// Its centre.
        at: Point,
        /// Which sign.
        sign: Sign,
        /// Whether it is an outline rather than filled.
        hollow: bool,
        /// Its colour.
        colour: Colour,
    },
    /// A line of text, centred vertically on its place.
    Text {
        /// Its place.
        at: Point,
        /// The text.
        text: String,
        /// Height of the font in pixels.
        size: f64,
        /// Whether it is bold.
        bold: bool,
        /// Which end stands at the place.
        anchor: Anchor,
        /// Its colour.
        colour: Colour,
    },
}

/// A sheet with shapes on it.
#[derive(Clone, PartialEq, Debug)]
pub struct Scene {
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// The shapes, in the order of painting.
    pub shapes: Vec<Shape>,
}

impl Scene {
    /// An empty sheet.
    pub fn new(width: f64, height: f64) -> Scene {
        Scene { size: (width as u32, height as u32), shapes: Vec::new() }
    }

    /// Fills a rectangle.
    pub fn area(&mut self, from: Point, to: Point, colour: Colour) {
        self.shapes.push(Shape::Area { from, to, colour });
    }

    /// Fills a polygon.
    pub fn polygon(&mut self, corners: Vec<Point>, colour: Colour) {
        self.shapes.push(Shape::Polygon { corners, colour });
    }

    /// Draws a line through points.
    pub fn line(&mut self, points: Vec<Point>, colour: Colour, width: f64) {
        self.shapes.push(Shape::Line { points, colour, width });
    }

    /// Writes plain text.
    pub fn text(&mut self, at: Point, text: impl Into<String>, size: f64, anchor: Anchor) {
        self.tinted(at, text, size, anchor, INK);
    }

    /// Writes plain text in a colour of its own.
    pub fn tinted(
        &mut self,
        at: Point,
        text: impl Into<String>,
        size: f64,
        anchor: Anchor,
        colour: Colour,
    ) {
        self.shapes.push(Shape::Text { at, text: text.into(), size, bold: false, anchor, colour });
    }

    /// Writes bold text from its start.
    pub fn bold(&mut self, at: Point, text: impl Into<String>, size: f64) {
        let (anchor, colour) = (Anchor::Start, INK);
        self.shapes.push(Shape::Text { at, text: text.into(), size, bold: true, anchor, colour });
    }
}
