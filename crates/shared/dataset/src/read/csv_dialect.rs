//! Sniffs delimiter and quote from the beginning of a CSV file.

/// How a CSV file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Between fields.
    pub delimiter: u8,
    /// Around fields.
    pub quote: u8,
}

/// The most likely dialect of a sample. `whole` says that the sample is the entire file.
pub(crate) fn sniff(sample: &[u8], whole: bool) -> Dialect {
    let mut best = (0, Dialect { delimiter: b',', quote: b'"' });
    for quote in [b'"', b'\''] {
        for delimiter in [b',', b';', b'\t', b'|'] {
            let dialect = Dialect { delimiter, quote };
            let score = score(sample, whole, dialect);
            if score > best.0 {
                best = (score, dialect);
            }
        }
    }
    best.1
}

/// Rows that agree on a field count above one weigh most, then fields, then quotes that begin and end fields.
fn score(sample: &[u8], whole: bool, dialect: Dialect) -> u64 {
    let mut reader = reader(sample, dialect);
    let mut counts: Vec<usize> = Vec::new();
    let mut record = csv::ByteRecord::new();
    while counts.len() < 1_000 && reader.read_byte_record(&mut record).unwrap_or(false) {
        counts.push(record.len());
    }
    if !whole && counts.len() > 1 {
        counts.pop(); // the sample ends inside this row
    }
    let Some(&first) = counts.first() else { return 0 };
    if first < 2 {
        return 0;
    }
    let agreeing = counts.iter().filter(|c| **c == first).count() as u64;
    let share = agreeing * 100 / counts.len() as u64;
    let quoted = sample
        .windows(2)
        .filter(|w| *w == [dialect.delimiter, dialect.quote] || *w == [dialect.quote, dialect.delimiter])
        .count()
        .min(999) as u64;
    (share * 10_000 + first.min(9_999) as u64) * 1_000 + quoted
}

/// A reader of this dialect that takes rows of any length and no header.
pub(crate) fn reader<R: std::io::Read>(source: R, dialect: Dialect) -> csv::Reader<R> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(dialect.delimiter)
        .quote(dialect.quote)
        .from_reader(source)
}
