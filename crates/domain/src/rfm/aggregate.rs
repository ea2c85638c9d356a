//! From orders to one row per customer.

use super::Settings;

/// What an order row does to its customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum OrderKind {
    /// Counts and adds its amount.
    Purchase,
    /// Takes its amount away; no order by itself, so neither recency nor frequency see it.
    Return,
    /// Draft or cancelled: counts nowhere.
    Ignored,
}

/// Order rows as columns of equal length. Several rows may belong to one order (its lines).
#[derive(Clone, Copy, Debug)]
pub struct Orders<'a> {
    /// The customer's row.
    pub customer: &'a [u32],
    /// The day, counted from any fixed day.
    pub day: &'a [i32],
    /// What tells orders apart; an order has one customer and one kind. `None` when every row is
    /// an order of its own.
    pub order: Option<&'a [u64]>,
    /// The amount in minor units; of a return, either sign.
    pub amount_minor: &'a [i64],
    /// What the row does.
    pub kind: &'a [OrderKind],
}

/// A customer's orders in the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aggregate {
    /// The day of the last order.
    pub last_day: i32,
    /// Distinct orders; 0 leaves the customer unscored.
    pub orders: u32,
    /// Amounts less returns, in minor units.
    pub amount_minor: i64,
}

impl Aggregate {
    /// A customer without orders.
    pub const NONE: Self = Self { last_day: i32::MIN, orders: 0, amount_minor: 0 };

    fn add(&mut self, day: i32, is_new: bool, amount: i64) {
        self.last_day = self.last_day.max(day);
        self.orders += u32::from(is_new);
        self.amount_minor = self.amount_minor.saturating_add(amount);
    }
}

/// Sums up the orders of `customers` customers in the window that ends with `as_of`. Rows of
/// other customers, of days outside the window, and rows beyond the shortest column count
/// nowhere.
pub fn aggregate(orders: &Orders<'_>, customers: usize, as_of: i32, settings: &Settings) -> Vec<Aggregate> {
    let mut rows = vec![Aggregate::NONE; customers];
    let days = i32::try_from(settings.window_days).unwrap_or(i32::MAX);
    let window = (as_of.saturating_sub(days).saturating_add(1), as_of);
    match orders.order {
        None => add_all(&mut rows, orders, window, |_| true),
        Some(keys) => match Seen::for_keys(keys) {
            Some(mut seen) => add_all(&mut rows, orders, window, |i| keys.get(i).is_some_and(|k| seen.is_new(*k))),
            None => {
                let first = first_rows(orders, keys, window);
                add_all(&mut rows, orders, window, |i| first.get(i));
            }
        },
    }
    rows
}

/// Adds every row in the window; `is_new` is asked once for every purchase, in order.
fn add_all(rows: &mut [Aggregate], o: &Orders<'_>, window: (i32, i32), mut is_new: impl FnMut(usize) -> bool) {
    let columns = o.customer.iter().zip(o.day).zip(o.amount_minor).zip(o.kind);
    for (i, (((&customer, &day), &amount), &kind)) in columns.enumerate() {
        if day < window.0 || day > window.1 {
            continue;
        }
        let Some(row) = rows.get_mut(customer as usize) else { continue };
        match kind {
            OrderKind::Purchase => row.add(day, is_new(i), amount),
            OrderKind::Return => row.amount_minor = row.amount_minor.saturating_sub(amount.saturating_abs()),
            OrderKind::Ignored => {}
        }
    }
}

/// Which order keys have occurred, one bit each.
struct Seen(Vec<u64>);

impl Seen {
    /// `None` when the keys are too far apart for a bit each.
    fn for_keys(keys: &[u64]) -> Option<Self> {
        let greatest = keys.iter().copied().max().unwrap_or(0);
        let limit = (keys.len() as u64).saturating_mul(64).max(1024);
        let words = usize::try_from(greatest / 64 + 1).ok()?;
        (greatest < limit).then(|| Self(vec![0; words]))
    }

    fn is_new(&mut self, key: u64) -> bool {
        let bit = 1 << (key % 64);
        let word = &mut self.0[(key / 64) as usize];
        let new = *word & bit == 0;
        *word |= bit;
        new
    }
}

/// Which rows are the first purchase of their order in the window.
///
/// Keys far apart go into a hash table, and one over all keys would miss the processor's cache with every row. So they
/// are first dealt to piles, in their order, each small enough for a table that stays in the cache.
fn first_rows(o: &Orders<'_>, keys: &[u64], window: (i32, i32)) -> Bits {
    let wanted = || {
        let columns = keys.iter().zip(o.day).zip(o.kind).enumerate();
        columns
            .filter(|(_, ((_, day), kind))| **day >= window.0 && **day <= window.1 && **kind == OrderKind::Purchase)
            .filter_map(|(i, ((key, _), _))| Some((*key, u32::try_from(i).ok()?)))
    };
    let piles = (keys.len() / PILE).next_power_of_two().clamp(1, 4096);
    let mut ends = vec![0usize; piles];
    wanted().for_each(|(key, _)| ends[pile_of(key, piles)] += 1);
    let mut total = 0;
    for end in &mut ends {
        total += std::mem::replace(end, total);
    }
    let mut dealt = vec![(0u64, 0u32); total];
    for (key, row) in wanted() {
        let place = &mut ends[pile_of(key, piles)];
        dealt[*place] = (key, row);
        *place += 1;
    }
    let mut first = Bits(vec![0; keys.len().div_ceil(64)]);
    let (mut table, mut start) = (Vec::new(), 0);
    for end in ends {
        mark_first(&dealt[start..end], &mut table, &mut first);
        start = end;
    }
    first
}

/// Rows of one pile, about.
const PILE: usize = 1 << 14;

fn mixed(key: u64) -> u64 {
    let key = key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (key ^ (key >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93)
}

fn pile_of(key: u64, piles: usize) -> usize {
    (mixed(key) >> 48) as usize & (piles - 1)
}

/// Marks the first row of every key of a pile. The table holds places in the pile from 1, 0 for none.
fn mark_first(pile: &[(u64, u32)], table: &mut Vec<u32>, first: &mut Bits) {
    table.clear();
    table.resize((pile.len() * 2).next_power_of_two(), 0);
    let mask = table.len() - 1;
    for ((key, row), place) in pile.iter().zip(1u32..) {
        let mut slot = mixed(*key) as usize & mask;
        loop {
            match table[slot] {
                0 => {
                    table[slot] = place;
                    first.set(*row as usize);
                    break;
                }
                other if pile[other as usize - 1].0 == *key => break,
                _ => slot = (slot + 1) & mask,
            }
        }
    }
}

/// A truth value for every row.
struct Bits(Vec<u64>);

impl Bits {
    fn set(&mut self, at: usize) {
        self.0[at / 64] |= 1 << (at % 64);
    }

    fn get(&self, at: usize) -> bool {
        self.0.get(at / 64).is_some_and(|word| word & (1 << (at % 64)) != 0)
    }
}
