//! The quality of many customers, kept so that customers can be taken out again.

use super::{Asset, Band, Dimension, Sdae};
use serde::{Deserialize, Serialize};

/// Points are kept in thousandths, so that sums are exact in any order.
const FINE: f64 = 1000.0;

/// Sums of assessed customers. What was added can be removed, exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Customers.
    pub customers: i64,
    /// For each dimension the sum of its scores, in thousandths of a point.
    pub sum: [i64; 4],
    /// For each dimension the customers in each band, in the order of [`Band::ALL`].
    pub bands: [[i64; 3]; 4],
    /// Customers of each asset class, in the order of [`Asset::ALL`].
    pub assets: [i64; 3],
    /// For each dimension the customers of whom it is the weakest.
    pub weakest: [i64; 4],
    /// Customers whose experience puts them at risk.
    pub at_risk: i64,
}

impl Summary {
    /// A single customer.
    pub fn of(sdae: &Sdae) -> Self {
        let mut one = Self { customers: 1, at_risk: i64::from(sdae.at_risk), ..Self::default() };
        for (k, dimension) in sdae.dimensions.iter().enumerate() {
            if let (Some(score), Some(band)) = (dimension.total.score, dimension.band) {
                one.sum[k] = (score * FINE).round() as i64;
                one.bands[k][band as usize] = 1;
            }
        }
        if let Some(asset) = sdae.asset {
            one.assets[asset as usize] = 1;
        }
        if let Some(weakest) = sdae.weakest {
            one.weakest[weakest as usize] = 1;
        }
        one
    }

    /// Adds a customer, or another summary.
    pub fn add(&mut self, other: &Summary) {
        self.join(other, 1);
    }

    /// Takes a customer, or another summary, out.
    pub fn remove(&mut self, other: &Summary) {
        self.join(other, -1);
    }

    /// Customers of whom a dimension is known.
    pub fn known(&self, dimension: Dimension) -> i64 {
        self.bands[dimension as usize].iter().sum()
    }

    /// The mean of a dimension over the customers of whom it is known.
    pub fn mean(&self, dimension: Dimension) -> Option<f64> {
        let n = self.known(dimension);
        (n > 0).then(|| self.sum[dimension as usize] as f64 / FINE / n as f64)
    }

    /// Customers of a dimension in a band.
    pub fn in_band(&self, dimension: Dimension, band: Band) -> i64 {
        self.bands[dimension as usize][band as usize]
    }

    /// Customers of an asset class.
    pub fn of_asset(&self, asset: Asset) -> i64 {
        self.assets[asset as usize]
    }

    fn join(&mut self, other: &Summary, sign: i64) {
        self.customers += sign * other.customers;
        self.at_risk += sign * other.at_risk;
        let pairs = [(&mut self.sum, &other.sum), (&mut self.weakest, &other.weakest)];
        for (mine, theirs) in pairs {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += sign * theirs);
        }
        self.assets.iter_mut().zip(&other.assets).for_each(|(mine, theirs)| *mine += sign * theirs);
        let bands = self.bands.iter_mut().flatten().zip(other.bands.iter().flatten());
        bands.for_each(|(mine, theirs)| *mine += sign * theirs);
    }
}
