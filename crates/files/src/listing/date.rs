//! Times of files in the form of RFC 3339, in UTC: `2026-11-20T09:05:00Z`.

const DAY_SECONDS: i64 = 86_400;

/// Writes a time given in seconds since 1970.
pub(super) fn rfc3339(time: i64) -> String {
    let (days, seconds) = (time.div_euclid(DAY_SECONDS), time.rem_euclid(DAY_SECONDS));
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Year, month and day of a day counted from 1 January 1970, in the Gregorian calendar.
///
/// Years are taken to start in March, so that the leap day is the last one, and are counted
/// within cycles of 400 years, which all have 146,097 days.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468; // from 1 March of the year 0
    let (cycle, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // Five months from March on have 153 days, again and again.
    let month = (5 * day + 2) / 153;
    let day_of_month = day - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (year + cycle * 400 + carry, month, day_of_month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_dates() {
        let cases = [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (784_111_777, "1994-11-06T08:49:37Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ];
        for (time, expected) in cases {
            assert_eq!(rfc3339(time), expected);
        }
    }

    #[test]
    fn no_time_is_too_much() {
        for time in [i64::MIN, i64::MAX] {
            assert!(rfc3339(time).ends_with('Z'));
        }
    }
}
