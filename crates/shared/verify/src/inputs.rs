//! Check `inputs`: each value of a run is of its variable's type, and the whole value meets one of the constraints that
//! the reviewers approved.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use cloister_model::{
    SqlName, Timestamp,
    variables::{Constraint, Value, Variable, VariableType},
};
use cloister_statement::predicate::Spec;

use crate::{Check, Refused};

/// The most variables of a job.
const MAX_VARIABLES: usize = 100;
/// The most characters of a text value.
const MAX_TEXT: usize = 10_000;
/// Whole numbers up to here are exact as floats.
const EXACT: i64 = 1 << 53;

/// Whether a spec's variables make sense by themselves: unique names, constraints that fit, defaults that meet them.
pub fn validate_variables(spec: &Spec) -> Result<(), String> {
    let names: BTreeSet<_> = spec.variables.iter().map(|v| &v.name).collect();
    if names.len() != spec.variables.len() || names.len() > MAX_VARIABLES {
        return Err(format!("a job has at most {MAX_VARIABLES} variables, each with its own name"));
    }
    spec.variables.iter().try_for_each(|variable| {
        let wrong = |why: &str| format!("the variable `{}` {why}", variable.name);
        let fits = variable.any_of.iter().all(|c| fits(c, variable.kind, spec));
        fits.then_some(()).ok_or_else(|| wrong("has a constraint that does not fit its type"))?;
        match &variable.default {
            Some(value) => admitted(variable, value, spec).map(drop).map_err(|why| wrong(&why)),
            None => Ok(()),
        }
    })
}

/// The complete values of a run, defaults filled in, or why not.
pub fn complete(spec: &Spec, given: &BTreeMap<SqlName, Value>) -> Result<BTreeMap<SqlName, Value>, Refused> {
    let refused = |why: String| Refused::new(Check::Inputs, why);
    if let Some(name) = given.keys().find(|name| !spec.variables.iter().any(|v| v.name == **name)) {
        return Err(refused(format!("the job has no variable `{name}`")));
    }
    let value = |variable: &Variable| {
        let name = &variable.name;
        let value = given.get(name).or(variable.default.as_ref());
        let value = value.ok_or_else(|| refused(format!("the variable `{name}` has no value")))?;
        let value =
            admitted(variable, value, spec).map_err(|why| refused(format!("the variable `{name}` {why}")))?;
        Ok((name.clone(), value))
    };
    spec.variables.iter().map(value).collect()
}

/// The value in its variable's type, if it meets a constraint.
fn admitted(variable: &Variable, value: &Value, spec: &Spec) -> Result<Value, String> {
    let value = typed(value, variable.kind, spec).ok_or("has a value of another type")?;
    let met =
        variable.any_of.is_empty() || variable.any_of.iter().any(|c| meets(c, &value, variable.kind, spec));
    if met { Ok(value) } else { Err("has a value that meets none of its constraints".into()) }
}

/// The value as its type has it; `None` when it is of another type.
#[expect(clippy::cast_precision_loss, reason = "whole numbers beyond 2^53 are refused before")]
fn typed(value: &Value, kind: VariableType, spec: &Spec) -> Option<Value> {
    match (kind, value) {
        (VariableType::Boolean, Value::Boolean(_)) | (VariableType::Integer, Value::Integer(_)) => {
            Some(value.clone())
        }
        (VariableType::Float, Value::Float(n)) if n.is_finite() => Some(value.clone()),
        (VariableType::Float, Value::Integer(n)) if (-EXACT..=EXACT).contains(n) => {
            Some(Value::Float(*n as f64))
        }
        (VariableType::String, Value::Text(text)) => {
            (text.chars().count() <= MAX_TEXT && !text.contains('\0')).then(|| value.clone())
        }
        (VariableType::Datetime, Value::Text(text)) => {
            text.parse::<Timestamp>().ok().map(|moment| Value::Text(moment.to_string()))
        }
        (VariableType::Dataset, Value::Text(text)) => {
            spec.tables.keys().any(|name| name.as_str() == text).then(|| value.clone())
        }
        (
            VariableType::Boolean
            | VariableType::Integer
            | VariableType::Float
            | VariableType::String
            | VariableType::Datetime
            | VariableType::Dataset,
            Value::Boolean(_) | Value::Integer(_) | Value::Float(_) | Value::Text(_),
        ) => None,
    }
}

/// The order of two values of one type; `None` for types without one.
fn order(a: &Value, b: &Value, kind: VariableType) -> Option<Ordering> {
    match (kind, a, b) {
        (VariableType::Integer, Value::Integer(a), Value::Integer(b)) => Some(a.cmp(b)),
        (VariableType::Float, Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (VariableType::Datetime, Value::Text(a), Value::Text(b)) => {
            Some(a.parse::<Timestamp>().ok()?.cmp(&b.parse::<Timestamp>().ok()?))
        }
        (
            VariableType::Integer
            | VariableType::Float
            | VariableType::Datetime
            | VariableType::Boolean
            | VariableType::String
            | VariableType::Dataset,
            _,
            _,
        ) => None,
    }
}

fn fits(constraint: &Constraint, kind: VariableType, spec: &Spec) -> bool {
    match constraint {
        Constraint::Range(low, high) => match (typed(low, kind, spec), typed(high, kind, spec)) {
            (Some(low), Some(high)) => order(&low, &high, kind).is_some_and(Ordering::is_le),
            (Some(_) | None, None) | (None, Some(_)) => false,
        },
        Constraint::Length(low, high) => kind == VariableType::String && low <= high,
        Constraint::OneOf(values) => {
            !values.is_empty() && values.iter().all(|v| typed(v, kind, spec).is_some())
        }
        Constraint::Characters(set) => kind == VariableType::String && ranges(set).is_some(),
    }
}

fn meets(constraint: &Constraint, value: &Value, kind: VariableType, spec: &Spec) -> bool {
    match (constraint, value) {
        (Constraint::Range(low, high), _) => {
            let within = |bound: &Value, wanted: fn(Ordering) -> bool| {
                typed(bound, kind, spec).and_then(|bound| order(&bound, value, kind)).is_some_and(wanted)
            };
            within(low, Ordering::is_le) && within(high, Ordering::is_ge)
        }
        (Constraint::OneOf(values), _) => values.iter().any(|v| typed(v, kind, spec).as_ref() == Some(value)),
        (Constraint::Length(low, high), Value::Text(text)) => {
            let length = text.chars().count();
            length >= *low as usize && length <= *high as usize
        }
        (Constraint::Characters(set), Value::Text(text)) => ranges(set).is_some_and(|ranges| {
            text.chars().all(|c| ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)))
        }),
        (
            Constraint::Length(..) | Constraint::Characters(_),
            Value::Boolean(_) | Value::Integer(_) | Value::Float(_),
        ) => false,
    }
}

/// The ranges of a character set such as `a-z0-9_`; `-` at an end stands for itself.
fn ranges(set: &str) -> Option<Vec<(char, char)>> {
    let chars: Vec<char> = set.chars().collect();
    let mut out = Vec::new();
    let mut rest = chars.as_slice();
    while let Some((first, tail)) = rest.split_first() {
        if let ['-', high, more @ ..] = tail {
            if first > high {
                return None;
            }
            out.push((*first, *high));
            rest = more;
        } else {
            out.push((*first, *first));
            rest = tail;
        }
    }
    (!out.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests;
