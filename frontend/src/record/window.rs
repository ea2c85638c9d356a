//! Which rows of a long list are drawn: those on the screen and some around it.

/// Rows drawn above the screen and below it.
const AROUND: usize = 6;
/// The window moves by so many rows, so that not every pixel scrolled draws anew.
const STEP: usize = 8;
/// Rows below the window that are asked for before one comes to them.
const AHEAD: usize = 100;

/// The first row that is drawn and how many are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) first: usize,
    count: usize,
}

impl Window {
    /// The rows around a screen of some height that starts so many pixels below the first row.
    pub(super) fn at(top: f64, height: f64, row: usize) -> Window {
        let rows = |pixels: f64| (pixels.max(0.0) as usize) / row;
        Window {
            first: rows(top).saturating_sub(AROUND) / STEP * STEP,
            // Up to a step less one of the rows above are there only because the window moves by steps.
            count: rows(height) + 2 + 2 * AROUND + STEP,
        }
    }

    /// The part of so many rows that is drawn, from and to.
    pub(super) fn of(self, rows: usize) -> (usize, usize) {
        let from = self.first.min(rows);
        (from, (from + self.count).min(rows))
    }

    /// There is not much more below.
    pub(super) fn near_end(self, rows: usize) -> bool {
        self.first + self.count + AHEAD >= rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_on_the_screen_is_drawn() {
        for height in [0.0, 300.0, 684.0, 2000.0] {
            for top in (0..200_000).step_by(37) {
                let (from, to) = Window::at(f64::from(top), height, 44).of(5_000);
                let (first, last) = (top as usize / 44, (f64::from(top) + height) as usize / 44);
                assert!(from <= first && last < to, "{top} {height}: {from}..{to}");
                assert!(to - from <= height as usize / 44 + 40);
            }
        }
    }

    #[test]
    fn a_short_list_is_drawn_whole_and_a_window_past_its_end_is_empty() {
        assert_eq!(Window::at(0.0, 600.0, 44).of(7), (0, 7));
        assert_eq!(Window::at(90_000.0, 600.0, 44).of(7), (7, 7));
        assert!(Window::at(0.0, 600.0, 44).near_end(60));
        assert!(!Window::at(0.0, 600.0, 44).near_end(260));
    }
}
