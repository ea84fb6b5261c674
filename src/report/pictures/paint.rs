//! Scenes to SVG text and to pixels; both backends get the same shapes.

use plotters::backend::{BitMapBackend, DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{RGBColor, ShapeStyle, TextStyle};

use super::font::font;
use super::png::{DEPTH, encode};
use super::scene::{Anchor, Colour, Point, Scene, Shape, Sign, WHITE};

/// Pixels are drawn this many times as fine in both directions and then averaged: smooth edges.
const FINENESS: u32 = 2;

/// Half the extent of a sign in pixels.
const SIGN_SIZE: f64 = 6.0;

/// The scene as an SVG document.
pub fn svg(scene: &Scene) -> String {
    let mut text = String::new();
    let mut backend = SVGBackend::with_string(&mut text, scene.size);
    paint(&mut Brush { backend: &mut backend, zoom: 1.0, pixels: false }, scene);
    drop(backend);
    text
}

/// The scene as the bytes of a PNG file.
pub fn png(scene: &Scene) -> Vec<u8> {
    let (width, height) = scene.size;
    let fine = (width * FINENESS, height * FINENESS);
    let mut pixels = vec![0; fine.0 as usize * fine.1 as usize * DEPTH];
    let mut backend = BitMapBackend::with_buffer(&mut pixels, fine);
    paint(&mut Brush { backend: &mut backend, zoom: f64::from(FINENESS), pixels: true }, scene);
    drop(backend);
    encode(&averaged(&pixels, width as usize), width, height)
}

/// Each square of fine pixels as one pixel of their mean colour.
fn averaged(fine: &[u8], width: usize) -> Vec<u8> {
    let side = FINENESS as usize;
    let stride = width * side * DEPTH;
    let mut pixels = Vec::with_capacity(fine.len() / (side * side));
    for band in fine.chunks_exact(stride * side) {
        for column in 0..width {
            for channel in 0..DEPTH {
                let squares = (0..side * side).map(|i| {
                    let (row, inside) = (i / side, column * side + i % side);
                    u32::from(band[row * stride + inside * DEPTH + channel])
                });
                pixels.push((squares.sum::<u32>() / (FINENESS * FINENESS)) as u8);
            }
        }
    }
    pixels
}

/// A backend, and what must be done to a scene to fit it.
struct Brush<'a, B: DrawingBackend> {
    backend: &'a mut B,
    /// Backend pixels per pixel of the scene.
    zoom: f64,
    /// Whether the backend has pixels rather than shapes.
    pixels: bool,
}

fn paint<B: DrawingBackend>(brush: &mut Brush<'_, B>, scene: &Scene) {
    let (width, height) = scene.size;
    let corner = (f64::from(width), f64::from(height));
    brush.area((0.0, 0.0), corner, WHITE);
    for shape in &scene.shapes {
        match shape {
            Shape::Area { from, to, colour } => brush.area(*from, *to, *colour),
            Shape::Polygon { corners, colour } => brush.polygon(corners, *colour),
            Shape::Line { points, colour, width } => brush.line(points, *colour, *width),
            Shape::Mark { at, sign, hollow, colour } => brush.mark(*at, *sign, *hollow, *colour),
            Shape::Text { at, text, size, bold, anchor, colour } => {
                brush.text(*at, text, *size, *bold, *anchor, *colour);
            }
        }
    }
    done(brush.backend.present());
}

/// Drawing goes to memory, with a font that is registered: it cannot fail.
fn done<E: std::fmt::Debug>(drawn: Result<(), E>) {
    drawn.expect("drawing to memory cannot fail");
}

fn filled(Colour(red, green, blue): Colour) -> ShapeStyle {
    ShapeStyle { color: RGBColor(red, green, blue).into(), filled: true, stroke_width: 1 }
}

impl<B: DrawingBackend> Brush<'_, B> {
    fn at(&self, (x, y): Point) -> (i32, i32) {
        (libm::round(x * self.zoom) as i32, libm::round(y * self.zoom) as i32)
    }

    fn stroke(&self, colour: Colour, width: f64) -> ShapeStyle {
        let stroke_width = libm::round(width * self.zoom) as u32;
        ShapeStyle { filled: false, stroke_width, ..filled(colour) }
    }

    fn area(&mut self, from: Point, to: Point, colour: Colour) {
        let (from, to) = (self.at(from), self.at(to));
        done(self.backend.draw_rect(from, to, &filled(colour), true));
    }

    fn polygon(&mut self, corners: &[Point], colour: Colour) {
        let places: Vec<(i32, i32)> = corners.iter().map(|corner| self.at(*corner)).collect();
        done(self.backend.fill_polygon(places, &filled(colour)));
    }

    fn line(&mut self, points: &[Point], colour: Colour, width: f64) {
        let style = self.stroke(colour, width);
        let places: Vec<(i32, i32)> = points.iter().map(|point| self.at(*point)).collect();
        if !self.pixels {
            done(self.backend.draw_path(places, &style));
            return;
        }
        // A wide line through sharp bends grows spikes; round joints between pieces do not.
        for piece in places.windows(2) {
            done(self.backend.draw_line(piece[0], piece[1], &style));
        }
        if style.stroke_width > 2 && places.len() > 2 {
            for place in &places[1..places.len() - 1] {
                let radius = style.stroke_width / 2;
                done(self.backend.draw_circle(*place, radius, &filled(colour), true));
            }
        }
    }

    fn mark(&mut self, (x, y): Point, sign: Sign, hollow: bool, colour: Colour) {
        let inside = filled(if hollow { WHITE } else { colour });
        let size = SIGN_SIZE;
        let corners: &[Point] = match sign {
            Sign::Circle => {
                let radius = libm::round(size * self.zoom) as u32;
                let centre = self.at((x, y));
                done(self.backend.draw_circle(centre, radius, &inside, true));
                let outline = self.stroke(colour, 2.0);
                done(self.backend.draw_circle(centre, radius, &outline, false));
                return;
            }
            Sign::Cross => &[(-1.0, -1.0), (1.0, 1.0), (0.0, 0.0), (-1.0, 1.0), (1.0, -1.0)],
            Sign::Square => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
            Sign::Triangle => &[(-1.1, 0.9), (1.1, 0.9), (0.0, -1.1)],
            Sign::Wedge => &[(-1.1, -0.9), (1.1, -0.9), (0.0, 1.1)],
            Sign::Diamond => &[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)],
        };
        let mut outline: Vec<Point> =
            corners.iter().map(|(right, down)| (x + right * size, y + down * size)).collect();
        if sign == Sign::Cross {
            // Hollow crosses stand upright, or nothing would tell them from the others.
            if hollow {
                let turned = [(-1.2, 0.0), (1.2, 0.0), (0.0, 0.0), (0.0, -1.2), (0.0, 1.2)];
                outline = turned.map(|(right, down)| (x + right * size, y + down * size)).to_vec();
            }
            self.line(&outline, colour, 3.0);
            return;
        }
        self.polygon(&outline, if hollow { WHITE } else { colour });
        outline.push(outline[0]);
        self.line(&outline, colour, 2.0);
    }

    fn text(
        &mut self,
        (x, y): Point,
        text: &str,
        size: f64,
        bold: bool,
        anchor: Anchor,
        Colour(red, green, blue): Colour,
    ) {
        let colour = RGBColor(red, green, blue);
        let side = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let style = TextStyle::from(font(size * self.zoom, bold))
            .color(&colour)
            .pos(Pos::new(side, VPos::Center));
        // In pixels, the backend centres the box of the font and not its letters, which sit higher.
        let lower = if self.pixels { y + 0.12 * size } else { y };
        let place = self.at((x, lower));
        done(self.backend.draw_text(text, &style, place));
    }
}
