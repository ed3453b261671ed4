//! Text to typed values, and the inference of a column's type.

use cloister_model::schema::ColumnType;
use jiff::civil;

/// A day, `YYYY-MM-DD` only, as days since the epoch.
pub fn parse_date(text: &str) -> Option<i32> {
    if text.len() != 10 || text.as_bytes()[4] != b'-' || text.as_bytes()[7] != b'-' {
        return None;
    }
    let date: civil::Date = text.parse().ok()?;
    let span = civil::Date::constant(1970, 1, 1).until(date).ok()?;
    Some(span.get_days())
}

/// A moment in microseconds since the epoch: RFC 3339, or a date and time without a zone, which is taken as UTC.
pub fn parse_datetime(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() < 16 || bytes[4] != b'-' || bytes[7] != b'-' || !matches!(bytes[10], b'T' | b't' | b' ') {
        return None;
    }
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Some(moment.as_microsecond());
    }
    // A zone that did not parse above must not be dropped silently here.
    if text.contains(['Z', 'z', '+', '[']) || text[11..].contains('-') {
        return None;
    }
    Some(format!("{text}Z").parse::<jiff::Timestamp>().ok()?.as_microsecond())
}

pub(crate) fn parse_bool(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

pub(crate) fn parse_integer(text: &str) -> Option<i64> {
    text.parse().ok()
}

/// A finite number or `NaN`; words such as `infinity` are text.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    if text.eq_ignore_ascii_case("nan") {
        return Some(f64::NAN);
    }
    text.bytes()
        .any(|b| b.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
        .filter(|v: &f64| v.is_finite())
}

fn leading_zero(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']).as_bytes();
    digits.len() > 1 && digits[0] == b'0' && digits[1].is_ascii_digit()
}

/// What the values of a column seen so far could all be.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "one candidate type each")]
pub(crate) struct Candidates {
    pub(crate) nulls: bool,
    values: bool,
    boolean: bool,
    integer: bool,
    float: bool,
    number_seen: bool,
    date: bool,
    datetime: bool,
}

impl Default for Candidates {
    fn default() -> Self {
        Self {
            nulls: false,
            values: false,
            boolean: true,
            integer: true,
            float: true,
            number_seen: false,
            date: true,
            datetime: true,
        }
    }
}

impl Candidates {
    pub(crate) fn see(&mut self, text: &str) {
        if text.is_empty() {
            self.nulls = true;
            return;
        }
        self.values = true;
        self.boolean = self.boolean && parse_bool(text).is_some();
        if self.integer || self.float {
            let kept = !leading_zero(text);
            self.integer = self.integer && kept && parse_integer(text).is_some();
            self.float = self.float && kept && parse_float(text).is_some();
            self.number_seen = self.number_seen || !text.eq_ignore_ascii_case("nan");
        }
        self.date = self.date && parse_date(text).is_some();
        self.datetime = self.datetime && (parse_date(text).is_some() || parse_datetime(text).is_some());
    }

    /// The narrowest type that every value had.
    pub(crate) fn decide(&self) -> ColumnType {
        match self {
            Self { values: false, .. } => ColumnType::String,
            Self { boolean: true, .. } => ColumnType::Boolean,
            Self { integer: true, .. } => ColumnType::Integer,
            Self { float: true, number_seen: true, .. } => ColumnType::Float,
            Self { date: true, .. } => ColumnType::Date,
            Self { datetime: true, .. } => ColumnType::Datetime,
            Self { .. } => ColumnType::String,
        }
    }
}
