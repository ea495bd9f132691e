//! How sure the figures of a report are.

/// The quantile of the normal distribution that 95 % lie within, on both sides of zero.
const Z: f64 = 1.959_963_984_540_054;

/// The 95 % interval of a share, of which `right` of `all` were seen.
///
/// It is the score interval of Wilson (1927, doi:10.1080/01621459.1927.10502953), without a correction for continuity:
/// it stays between 0 and 1, and holds for few tasks and for shares near the ends, where the usual interval does not
/// (Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E).
pub(super) fn wilson(right: u64, all: u64) -> Option<(f64, f64)> {
    if all == 0 {
        return None;
    }
    let n = all as f64;
    let share = right as f64 / n;
    let square = Z * Z / n;
    let middle = share + square / 2.0;
    let half = Z * (share * (1.0 - share) / n + square / (4.0 * n)).sqrt();
    let bound = |value: f64| (value / (1.0 + square)).clamp(0.0, 1.0);
    // At the ends the two parts are the same number, and what is left of them is rounding.
    let low = if right == 0 { 0.0 } else { bound(middle - half) };
    let high = if right == all { 1.0 } else { bound(middle + half) };
    Some((low, high))
}

/// The p-value of the exact test of McNemar (1947, doi:10.1007/BF02295996): how likely it is that tasks which only one
/// of two systems does are split at least as unevenly as these, if both are as good. It is that of a fair coin, on
/// both sides. Tasks that both do, or neither, say nothing about the difference.
pub(super) fn mcnemar(only_one: u64, only_other: u64) -> f64 {
    let n = only_one + only_other;
    let least = only_one.min(only_other);
    // Logarithms, as there may be thousands of tasks.
    let mut term = -(n as f64) * std::f64::consts::LN_2;
    let mut tail = 0.0;
    for k in 0..=least {
        tail += term.exp();
        term += ((n - k) as f64).ln() - ((k + 1) as f64).ln();
    }
    (2.0 * tail).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of Newcombe (1998), table I, method 3.
    #[test]
    fn wilsons_interval_has_the_published_values() {
        for (right, all, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
            (20, 20, 0.8389, 1.0),
        ] {
            let (found_low, found_high) = wilson(right, all).unwrap();
            assert!((found_low - low).abs() < 5e-5, "{right} of {all}: {found_low}");
            assert!((found_high - high).abs() < 5e-5, "{right} of {all}: {found_high}");
        }
        assert_eq!(wilson(0, 0), None);
    }

    #[test]
    fn mcnemars_test_is_that_of_a_fair_coin() {
        for (one, other, p) in [
            (0, 0, 1.0),
            (3, 3, 1.0),
            (5, 0, 0.0625),
            (0, 5, 0.0625),
            (1, 9, 22.0 / 1024.0),
            (4, 2, 44.0 / 64.0),
        ] {
            assert!(
                (mcnemar(one, other) - p).abs() < 1e-12,
                "{one}, {other}: {}",
                mcnemar(one, other)
            );
        }
        // Computed with whole numbers of any length.
        let many = mcnemar(5150, 4850);
        assert!((many - 0.002_787_967_517_712_7).abs() < 1e-9, "{many}");
        assert!(mcnemar(3000, 0) < 1e-300);
    }
}
