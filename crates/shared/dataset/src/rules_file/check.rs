//! Whether rules make sense for a schema.

use std::collections::{BTreeMap, BTreeSet};

use cloister_model::{
    rules::{AggregateFunction, AggregateRule, Analysis, Condition, Literal, Operator, Rules},
    schema::{Column, ColumnType, Schema},
};

/// Why rules were refused.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum RulesError {
    /// No TOML of the known form.
    #[error("the rules file is not valid at line {line}: {why}")]
    Form {
        /// Where, from 1.
        line: usize,
        /// What the reader said.
        why: String,
    },
    /// No moment with a zone.
    #[error("`{0}` is not a moment with a zone such as `2027-06-30T00:00:00Z`")]
    Expires(String),
    /// A key the rule needs.
    #[error("the rule `aggregation` needs `{0}`")]
    Missing(&'static str),
    /// A key that has no meaning under the rule `none`.
    #[error("`{0}` has no meaning under the rule `none`")]
    NotForNone(&'static str),
    /// A list that must not be empty.
    #[error("`{0}` must not be empty")]
    Empty(&'static str),
    /// A column that the dataset does not have.
    #[error("`{place}` names the column `{column}`, which the dataset does not have")]
    UnknownColumn {
        /// The key.
        place: &'static str,
        /// The name given.
        column: String,
    },
    /// A column that others may not see.
    #[error("`{place}` names the column `{column}`, which is not in `allowed_columns`")]
    HiddenColumn {
        /// The key.
        place: &'static str,
        /// The name given.
        column: String,
    },
    /// A column named twice.
    #[error("`{place}` names the column `{column}` twice")]
    Repeated {
        /// The key.
        place: &'static str,
        /// The name given.
        column: String,
    },
    /// A literal of another type than the column's.
    #[error("the condition on `{column}` needs {expected}")]
    Literal {
        /// The column.
        column: String,
        /// What is needed.
        expected: &'static str,
    },
    /// Fewer than two.
    #[error("`threshold` must be at least 2, got {0}")]
    Threshold(u64),
    /// The identity would be shown.
    #[error("`{place}` names the identity `{column}`, which must not reach any output")]
    IdentityShown {
        /// The key.
        place: &'static str,
        /// The identity.
        column: String,
    },
    /// A join-only column that may also be grouped by.
    #[error("`{0}` stands in both `group_by` and `join_on`; a column to join on may appear nowhere else")]
    JoinShown(String),
    /// A sum or mean without bounds.
    #[error("`{0}` needs `bounds` because `sum`, `avg` and `stddev` of one person's value must be limited")]
    NoBounds(String),
    /// Bounds that are no interval.
    #[error("the bounds of `{0}` must be two finite numbers, the lower first")]
    Bounds(String),
    /// A numeric function of a column that is not.
    #[error("`sum`, `avg`, `stddev` and `bounds` need a numeric column, `{0}` is none")]
    NotNumeric(String),
}

/// Checks typed rules against a schema.
pub fn validate(rules: &Rules, schema: &Schema) -> Result<(), RulesError> {
    if rules.uses.is_empty() {
        return Err(RulesError::Empty("uses"));
    }
    if let Some(allowed) = &rules.allowed_columns {
        if allowed.is_empty() {
            return Err(RulesError::Empty("allowed_columns"));
        }
        distinct("allowed_columns", allowed)?;
        for name in allowed {
            known("allowed_columns", name, schema)?;
        }
    }
    for group in &rules.any_of {
        if group.all_of.is_empty() {
            return Err(RulesError::Empty("all_of"));
        }
        for condition in &group.all_of {
            check_condition(condition, known("all_of", &condition.column, schema)?)?;
        }
    }
    match &rules.analysis {
        Analysis::None => Ok(()),
        Analysis::Aggregation { identity, threshold, group_by, join_on, aggregate } => {
            if *threshold < 2 {
                return Err(RulesError::Threshold(*threshold));
            }
            known("identity", identity, schema)?;
            check_lists(rules, schema, identity, group_by, join_on)?;
            check_aggregates(rules, schema, identity, aggregate)
        }
    }
}

fn known<'a>(place: &'static str, name: &str, schema: &'a Schema) -> Result<&'a Column, RulesError> {
    schema.column(name).ok_or_else(|| RulesError::UnknownColumn { place, column: name.to_owned() })
}

fn distinct(place: &'static str, names: &[String]) -> Result<(), RulesError> {
    let mut seen = BTreeSet::new();
    match names.iter().find(|n| !seen.insert(n.as_str())) {
        Some(name) => Err(RulesError::Repeated { place, column: name.clone() }),
        None => Ok(()),
    }
}

fn visible<'a>(
    place: &'static str,
    name: &str,
    rules: &Rules,
    schema: &'a Schema,
) -> Result<&'a Column, RulesError> {
    let column = known(place, name, schema)?;
    match &rules.allowed_columns {
        Some(allowed) if !allowed.iter().any(|a| a == name) => {
            Err(RulesError::HiddenColumn { place, column: name.to_owned() })
        }
        Some(_) | None => Ok(column),
    }
}

fn check_lists(
    rules: &Rules,
    schema: &Schema,
    identity: &str,
    group_by: &[String],
    join_on: &[String],
) -> Result<(), RulesError> {
    distinct("group_by", group_by)?;
    distinct("join_on", join_on)?;
    for name in group_by {
        visible("group_by", name, rules, schema)?;
        if name == identity {
            return Err(RulesError::IdentityShown { place: "group_by", column: name.clone() });
        }
    }
    for name in join_on {
        visible("join_on", name, rules, schema)?;
        if group_by.contains(name) {
            return Err(RulesError::JoinShown(name.clone()));
        }
    }
    Ok(())
}

fn check_aggregates(
    rules: &Rules,
    schema: &Schema,
    identity: &str,
    aggregate: &BTreeMap<String, AggregateRule>,
) -> Result<(), RulesError> {
    for (name, rule) in aggregate {
        let column = visible("aggregate", name, rules, schema)?;
        if rule.functions.is_empty() {
            return Err(RulesError::Empty("functions"));
        }
        let mut of_values = rule.functions.iter().filter(|f| match f {
            AggregateFunction::Sum | AggregateFunction::Avg | AggregateFunction::Stddev => true,
            AggregateFunction::Count | AggregateFunction::CountDistinct => false,
        });
        let needs_bounds = of_values.next().is_some();
        if needs_bounds && name == identity {
            return Err(RulesError::IdentityShown { place: "aggregate", column: name.clone() });
        }
        let numeric = matches!(column.kind, ColumnType::Integer | ColumnType::Float);
        if (needs_bounds || rule.bounds.is_some()) && !numeric {
            return Err(RulesError::NotNumeric(name.clone()));
        }
        match rule.bounds {
            None if needs_bounds => return Err(RulesError::NoBounds(name.clone())),
            Some([low, high]) if !(low.is_finite() && high.is_finite() && low < high) => {
                return Err(RulesError::Bounds(name.clone()));
            }
            None | Some(_) => {}
        }
    }
    Ok(())
}

fn check_condition(condition: &Condition, column: &Column) -> Result<(), RulesError> {
    let refuse = |expected| Err(RulesError::Literal { column: column.name.clone(), expected });
    match (condition.op, &condition.value) {
        (Operator::IsEmpty | Operator::IsNotEmpty, None) => Ok(()),
        (Operator::IsEmpty | Operator::IsNotEmpty, Some(_)) => refuse("no value"),
        (_, None) => refuse("a value"),
        (Operator::In, Some(Literal::List(values))) if !values.is_empty() => {
            values.iter().try_for_each(|v| check_literal(v, column))
        }
        (Operator::In, Some(_)) => refuse("a list that is not empty"),
        (Operator::Equal | Operator::NotEqual, Some(value)) => check_literal(value, column),
        (
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual,
            Some(value),
        ) => {
            if column.kind == ColumnType::Boolean {
                return refuse("`=`, `!=` or `in` because true and false have no order");
            }
            check_literal(value, column)
        }
    }
}

fn check_literal(value: &Literal, column: &Column) -> Result<(), RulesError> {
    let expected = match (column.kind, value) {
        (ColumnType::Boolean, Literal::Boolean(_))
        | (ColumnType::Integer | ColumnType::Float, Literal::Integer(_))
        | (ColumnType::String, Literal::Text(_)) => return Ok(()),
        (ColumnType::Float, Literal::Float(v)) if v.is_finite() => return Ok(()),
        (ColumnType::Date, Literal::Text(t)) if crate::read::parse_date(t).is_some() => return Ok(()),
        (ColumnType::Datetime, Literal::Text(t)) if crate::read::parse_datetime(t).is_some() => return Ok(()),
        (ColumnType::Boolean, _) => "true or false",
        (ColumnType::Integer, _) => "a whole number",
        (ColumnType::Float, _) => "a finite number",
        (ColumnType::String, _) => "a text",
        (ColumnType::Date, _) => "a date such as `2027-06-30`",
        (ColumnType::Datetime, _) => "a moment such as `2027-06-30T00:00:00Z`",
    };
    Err(RulesError::Literal { column: column.name.clone(), expected })
}
