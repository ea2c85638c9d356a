//! How many customers move from which class to which: between two periods, or if a setting were
//! changed.

use serde::Serialize;

#[cfg(test)]
mod tests;

/// Moves between `N` classes, numbered from the best, and "none".
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shift {
    classes: usize,
    counts: Vec<u64>,
}

impl Shift {
    /// No moves between this many classes.
    pub fn new(classes: usize) -> Self {
        Self { classes, counts: vec![0; (classes + 1) * (classes + 1)] }
    }

    /// Counts one that was in a class and is in one; a number beyond the classes is "none".
    pub fn add(&mut self, before: Option<usize>, after: Option<usize>) {
        let place = self.place(before) * (self.classes + 1) + self.place(after);
        self.counts[place] += 1;
    }

    /// How many moved from a class to a class.
    pub fn count(&self, before: Option<usize>, after: Option<usize>) -> u64 {
        self.counts[self.place(before) * (self.classes + 1) + self.place(after)]
    }

    /// All that were counted.
    pub fn all(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Those that changed their class.
    pub fn changed(&self) -> u64 {
        self.sum(|before, after| before != after)
    }

    /// Those that came to a better class.
    pub fn better(&self) -> u64 {
        self.sum(|before, after| before.is_some() && after.is_some() && after < before)
    }

    /// Those that came to a worse class.
    pub fn worse(&self) -> u64 {
        self.sum(|before, after| before.is_some() && after.is_some() && after > before)
    }

    /// How many were in a class before.
    pub fn before(&self, class: Option<usize>) -> u64 {
        self.sum(|before, _| before == class)
    }

    /// How many are in a class after.
    pub fn after(&self, class: Option<usize>) -> u64 {
        self.sum(|_, after| after == class)
    }

    fn place(&self, class: Option<usize>) -> usize {
        class.map_or(self.classes, |class| class.min(self.classes))
    }

    fn sum(&self, keep: impl Fn(Option<usize>, Option<usize>) -> bool) -> u64 {
        let class = |place: usize| (place < self.classes).then_some(place);
        let rows = self.counts.iter().enumerate();
        rows.filter(|(i, _)| keep(class(i / (self.classes + 1)), class(i % (self.classes + 1)))).map(|(_, n)| n).sum()
    }
}
