//! A text as a picture that telephones read (QR code): one path of an SVG, made here, so that no secret goes to who draws.

use qrcode::{Color, EcLevel, QrCode};

/// Light squares around it, which readers need.
const MARGIN: usize = 4;

/// The picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Squares in a row, the margin counted.
    pub size: usize,
    /// The dark squares as the path of an SVG, a stretch of a row each.
    pub path: String,
}

impl Picture {
    /// Of a text; none where it is too long for one.
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let (width, squares) = (code.width(), code.to_colors());
        let mut path = String::new();
        for (row, squares) in squares.chunks(width).enumerate() {
            let mut from = 0;
            for stretch in squares.chunk_by(|one, next| one == next) {
                if stretch.first() == Some(&Color::Dark) {
                    let (x, y, long) = (from + MARGIN, row + MARGIN, stretch.len());
                    path.push_str(&format!("M{x} {y}h{long}v1h-{long}z"));
                }
                from += stretch.len();
            }
        }
        Some(Self {
            size: width + 2 * MARGIN,
            path,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{MARGIN, Picture};

    #[test]
    fn every_dark_square_is_drawn_once_and_no_other() {
        let text = "otpauth://totp/Hub:ana?secret=MZXW6YTBOI&issuer=Hub&algorithm=SHA1&digits=6&period=30";
        let picture = Picture::of(text).unwrap();
        let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M).unwrap();
        assert_eq!(picture.size, code.width() + 2 * MARGIN);
        let mut drawn = vec![false; code.width() * code.width()];
        for stretch in picture.path.split('M').skip(1) {
            let (x, rest) = stretch.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            let long: usize = rest.split('v').next().unwrap().parse().unwrap();
            for at in x - MARGIN..x - MARGIN + long {
                assert!(!std::mem::replace(&mut drawn[(y - MARGIN) * code.width() + at], true));
            }
        }
        let dark: Vec<bool> = code
            .to_colors()
            .iter()
            .map(|color| *color == qrcode::Color::Dark)
            .collect();
        assert_eq!(drawn, dark);
        assert_eq!(Picture::of(&"x".repeat(8_000)), None);
    }
}
