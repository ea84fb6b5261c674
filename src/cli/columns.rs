//! Tables without lines: columns as wide as their widest cell, and words in lines.

/// On which side of its column a cell stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Rows as lines, two blanks between columns, each line behind `indent`.
///
/// Columns beyond `sides` stand on the left; rows may have fewer cells than others.
pub fn aligned(rows: &[Vec<String>], sides: &[Side], indent: &str) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..count).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = indent.to_owned();
        for (column, cell) in row.iter().enumerate() {
            let width = widths[column];
            match sides.get(column) {
                Some(Side::Right) => line.push_str(&format!("{cell:>width$}  ")),
                _ => line.push_str(&format!("{cell:width$}  ")),
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Columns of plain text.
const WIDTH: usize = 100;

/// Words in lines of at most [`WIDTH`] columns, each behind `indent`.
pub fn wrapped(words: &str, indent: &str) -> String {
    let mut text = String::new();
    let mut line = String::new();
    for word in words.split(' ') {
        let length = indent.len() + line.chars().count() + 1 + word.chars().count();
        if !line.is_empty() && length > WIDTH {
            text.push_str(&format!("{indent}{line}\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    text.push_str(&format!("{indent}{line}\n"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let rows = [row(["a", "100", "x"]), row(["long", "1", ""])];
        let sides = [Side::Left, Side::Right];
        assert_eq!(aligned(&rows, &sides, "  "), "  a     100  x\n  long    1\n");
    }
}
