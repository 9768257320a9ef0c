//! When something ends: after a time, or at one.

use std::{str::FromStr, time::Duration};

use jebi_domain::time::Wall;

/// As it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expiry {
    After(Duration),
    At(Wall),
}

impl Expiry {
    /// The time it means now.
    pub fn after(self, now: Wall) -> Wall {
        match self {
            Self::After(time) => now + time,
            Self::At(at) => at,
        }
    }
}

impl FromStr for Expiry {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(at) = text.parse::<jiff::Timestamp>() {
            return Ok(Self::At(at.into()));
        }
        let unit = |mark: &str| match mark {
            "s" => Some(1),
            "m" => Some(60),
            "h" => Some(3_600),
            "d" => Some(86_400),
            _ => None,
        };
        let read = || {
            let (number, mark) = text.split_at_checked(text.len().checked_sub(1)?)?;
            number.parse::<u32>().ok().filter(|n| *n > 0).map(u64::from)?.checked_mul(unit(mark)?)
        };
        let seconds = read().ok_or("write a number and s, m, h or d (90d), or a time such as 2027-01-31T00:00:00+09:00")?;
        Ok(Self::After(Duration::from_secs(seconds)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_or_a_span() {
        let span = |text: &str| text.parse::<Expiry>().map(|expiry| expiry.after(Wall(1_000)).0);
        assert_eq!(span("90d"), Ok(1_000 + 90 * 86_400_000));
        assert_eq!((span("5s"), span("2m"), span("12h")), (Ok(6_000), Ok(121_000), Ok(43_201_000)));
        assert_eq!(span("1970-01-01T00:00:09Z"), Ok(9_000));
        for bad in ["", "d", "0d", "90", "-1d", "1w", "일", "1.5h"] {
            assert!(bad.parse::<Expiry>().is_err(), "{bad}");
        }
    }
}
