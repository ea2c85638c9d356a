//! The lowest point of a smooth function, by the method of Broyden, Fletcher, Goldfarb and Shanno.

/// Where a search ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Minimum<const N: usize> {
    /// The place.
    pub at: [f64; N],
    /// The value there.
    pub value: f64,
    /// Steps taken.
    pub steps: u32,
    /// True when the slope there is as good as none.
    pub converged: bool,
}

/// No step is longer than this in any direction.
const LONGEST_STEP: f64 = 2.0;
const MOST_STEPS: u32 = 300;
/// Steps that gain less than this share of the value are idle, and so many in a row are the end.
const LEAST_GAIN: f64 = 1e-12;
const MOST_IDLE: u32 = 4;

/// Minimises `f`, which returns value and gradient, from `start`. Done when no component of the
/// gradient is beyond `slope`. A place where `f` is not finite is never taken.
pub(crate) fn minimise<const N: usize>(
    mut f: impl FnMut(&[f64; N]) -> (f64, [f64; N]),
    start: [f64; N],
    slope: f64,
) -> Minimum<N> {
    let mut at = start;
    let (mut value, mut gradient) = f(&at);
    let mut inverse = identity::<N>();
    let is_flat = |gradient: &[f64; N]| gradient.iter().all(|g| g.abs() <= slope);
    let mut idle = 0;
    for steps in 0..MOST_STEPS {
        if is_flat(&gradient) {
            return Minimum { at, value, steps, converged: true };
        }
        let mut way = [0.0; N];
        for (w, row) in way.iter_mut().zip(&inverse) {
            *w = -dot(row, &gradient);
        }
        if dot(&way, &gradient) >= 0.0 {
            inverse = identity();
            way = gradient.map(|g| -g);
        }
        let longest = way.iter().fold(0.0, |most: f64, w| most.max(w.abs()));
        if longest > LONGEST_STEP {
            way = way.map(|w| w * LONGEST_STEP / longest);
        }
        let Some((next, next_value, next_gradient)) = go(&mut f, &at, value, &gradient, &way) else {
            return Minimum { at, value, steps, converged: is_flat(&gradient.map(|g| g / 100.0)) };
        };
        update(&mut inverse, &difference(&next, &at), &difference(&next_gradient, &gradient));
        idle = if value - next_value > LEAST_GAIN * value.abs() { 0 } else { idle + 1 };
        (at, value, gradient) = (next, next_value, next_gradient);
        if idle >= MOST_IDLE {
            return Minimum { at, value, steps: steps + 1, converged: is_flat(&gradient.map(|g| g / 100.0)) };
        }
    }
    Minimum { at, value, steps: MOST_STEPS, converged: is_flat(&gradient) }
}

/// Goes along `way` until the value has fallen enough, halving the step each time it has not.
fn go<const N: usize>(
    f: &mut impl FnMut(&[f64; N]) -> (f64, [f64; N]),
    at: &[f64; N],
    value: f64,
    gradient: &[f64; N],
    way: &[f64; N],
) -> Option<([f64; N], f64, [f64; N])> {
    let fall = dot(way, gradient);
    let mut step = 1.0;
    for _ in 0..50 {
        let mut next = *at;
        for (n, w) in next.iter_mut().zip(way) {
            *n += step * w;
        }
        let (next_value, next_gradient) = f(&next);
        let is_finite = next_value.is_finite() && next_gradient.iter().all(|g| g.is_finite());
        if is_finite && next_value <= value + 1e-4 * step * fall {
            return Some((next, next_value, next_gradient));
        }
        step /= 2.0;
    }
    None
}

/// Learns the curvature from a step `s` along which the gradient changed by `y`.
fn update<const N: usize>(inverse: &mut [[f64; N]; N], s: &[f64; N], y: &[f64; N]) {
    let sy = dot(s, y);
    if sy <= 1e-12 * dot(s, s).sqrt() * dot(y, y).sqrt() {
        return;
    }
    let mut hy = [0.0; N];
    for (h, row) in hy.iter_mut().zip(inverse.iter()) {
        *h = dot(row, y);
    }
    let scale = (1.0 + dot(y, &hy) / sy) / sy;
    for (i, row) in inverse.iter_mut().enumerate() {
        for (j, cell) in row.iter_mut().enumerate() {
            *cell += scale * s[i] * s[j] - (hy[i] * s[j] + s[i] * hy[j]) / sy;
        }
    }
}

fn identity<const N: usize>() -> [[f64; N]; N] {
    std::array::from_fn(|i| std::array::from_fn(|j| f64::from(u8::from(i == j))))
}

fn dot<const N: usize>(a: &[f64; N], b: &[f64; N]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn difference<const N: usize>(a: &[f64; N], b: &[f64; N]) -> [f64; N] {
    std::array::from_fn(|i| a[i] - b[i])
}
