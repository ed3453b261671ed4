//! The owner's row conditions as typed tests of batches; never text, never an expression the optimiser can move.
//!
//! NULL fails every operator but `is empty`; NaN equals nothing, is neither less nor greater, and `!=` holds for it;
//! `is empty` holds for NULL and `''`.

use arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray},
    datatypes::{Date32Type, Float64Type, Int64Type, TimestampMicrosecondType},
    record_batch::RecordBatch,
};
use cloister_dataset::read::{parse_date, parse_datetime};
use cloister_model::{
    rules::{Condition, ConditionGroup, Literal, Operator},
    schema::{ColumnType, Schema},
};

/// Compiled conditions of a dataset.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    groups: Vec<Vec<Test>>,
}

#[derive(Debug)]
struct Test {
    column: String,
    op: Operator,
    literals: Literals,
}

#[derive(Debug)]
enum Literals {
    Boolean(Vec<bool>),
    Integer(Vec<i64>),
    Float(Vec<f64>),
    Text(Vec<String>),
    Date(Vec<i32>),
    Datetime(Vec<i64>),
}

impl Conditions {
    /// Compiles checked rules. `None`: a literal is not of its column's type.
    pub(crate) fn compile(groups: &[ConditionGroup], schema: &Schema) -> Option<Self> {
        let group = |g: &ConditionGroup| g.all_of.iter().map(|c| test(c, schema)).collect::<Option<Vec<_>>>();
        Some(Self { groups: groups.iter().map(group).collect::<Option<_>>()? })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// The columns that are tested.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        self.groups.iter().flatten().map(|t| t.column.as_str())
    }

    /// The rows that are visible. A column that is missing or of another type hides every row.
    pub(crate) fn visible(&self, batch: &RecordBatch) -> BooleanArray {
        let mut out = vec![false; batch.num_rows()];
        for group in &self.groups {
            let mut all = vec![true; batch.num_rows()];
            for test in group {
                let column = batch.column_by_name(&test.column);
                for (row, keep) in all.iter_mut().enumerate() {
                    *keep = *keep && column.is_some_and(|c| test.holds(c, row));
                }
            }
            for (row, keep) in out.iter_mut().zip(all) {
                *row = *row || keep;
            }
        }
        out.into()
    }
}

fn test(condition: &Condition, schema: &Schema) -> Option<Test> {
    let kind = schema.column(&condition.column)?.kind;
    let values: Vec<&Literal> = match &condition.value {
        None => Vec::new(),
        Some(Literal::List(values)) => values.iter().collect(),
        Some(value) => vec![value],
    };
    Some(Test { column: condition.column.clone(), op: condition.op, literals: literals(kind, &values)? })
}

fn literals(kind: ColumnType, values: &[&Literal]) -> Option<Literals> {
    fn each<T>(values: &[&Literal], one: impl Fn(&Literal) -> Option<T>) -> Option<Vec<T>> {
        values.iter().map(|v| one(v)).collect()
    }
    fn text(value: &Literal) -> Option<&str> {
        if let Literal::Text(text) = value { Some(text) } else { None }
    }
    Some(match kind {
        ColumnType::Boolean => {
            Literals::Boolean(each(values, |v| if let Literal::Boolean(b) = v { Some(*b) } else { None })?)
        }
        ColumnType::Integer => {
            Literals::Integer(each(values, |v| if let Literal::Integer(i) = v { Some(*i) } else { None })?)
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "a whole number in a float column is meant as a float"
        )]
        ColumnType::Float => Literals::Float(each(values, |v| match v {
            Literal::Float(f) => Some(*f),
            Literal::Integer(i) => Some(*i as f64),
            Literal::Boolean(_) | Literal::Text(_) | Literal::List(_) => None,
        })?),
        ColumnType::String => Literals::Text(each(values, |v| text(v).map(str::to_owned))?),
        ColumnType::Date => Literals::Date(each(values, |v| parse_date(text(v)?))?),
        ColumnType::Datetime => Literals::Datetime(each(values, |v| parse_datetime(text(v)?))?),
    })
}

impl Test {
    fn holds(&self, column: &ArrayRef, row: usize) -> bool {
        let null = column.is_null(row);
        let blank = || column.as_string_opt::<i32>().is_some_and(|a| a.value(row).is_empty());
        match self.op {
            Operator::IsEmpty => null || blank(),
            Operator::IsNotEmpty => !null && !blank(),
            Operator::Equal
            | Operator::NotEqual
            | Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual
            | Operator::In => !null && self.compares(column, row),
        }
    }

    fn compares(&self, column: &ArrayRef, row: usize) -> bool {
        let op = self.op;
        match &self.literals {
            Literals::Boolean(l) => column.as_boolean_opt().is_some_and(|a| compare(op, &a.value(row), l)),
            Literals::Integer(l) => {
                column.as_primitive_opt::<Int64Type>().is_some_and(|a| compare(op, &a.value(row), l))
            }
            Literals::Float(l) => {
                column.as_primitive_opt::<Float64Type>().is_some_and(|a| compare(op, &a.value(row), l))
            }
            Literals::Text(l) => {
                column.as_string_opt::<i32>().is_some_and(|a| compare(op, &a.value(row).to_owned(), l))
            }
            Literals::Date(l) => {
                column.as_primitive_opt::<Date32Type>().is_some_and(|a| compare(op, &a.value(row), l))
            }
            Literals::Datetime(l) => column
                .as_primitive_opt::<TimestampMicrosecondType>()
                .is_some_and(|a| compare(op, &a.value(row), l)),
        }
    }
}

fn compare<T: PartialOrd>(op: Operator, value: &T, literals: &[T]) -> bool {
    let Some(first) = literals.first() else { return false };
    match op {
        Operator::Equal => value == first,
        Operator::NotEqual => value != first,
        Operator::Less => value < first,
        Operator::LessOrEqual => value <= first,
        Operator::Greater => value > first,
        Operator::GreaterOrEqual => value >= first,
        Operator::In => literals.contains(value),
        Operator::IsEmpty | Operator::IsNotEmpty => false,
    }
}
