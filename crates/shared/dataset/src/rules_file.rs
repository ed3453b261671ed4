//! The rules an owner writes (`rules.toml`): parsing, checking against the schema, plain words.
//!
//! Unknown keys are refused everywhere, so that a misspelt limit is never silently no limit.

use std::collections::{BTreeMap, BTreeSet};

use cloister_model::{
    Timestamp,
    rules::{AggregateRule, Analysis, Condition, ConditionGroup, Literal, Operator, Rules, Use},
    schema::Schema,
};
use serde::Deserialize;
use toml::Value;

pub use self::{
    check::{RulesError, validate},
    words::describe,
};

mod check;
#[cfg(test)]
mod tests;
mod words;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    allowed_columns: Option<Vec<String>>,
    uses: BTreeSet<Use>,
    expires: Option<toml::value::Datetime>,
    #[serde(default)]
    any_of: Vec<FileGroup>,
    analysis: FileAnalysis,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileGroup {
    all_of: Vec<FileCondition>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileCondition {
    column: String,
    op: Operator,
    value: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileAnalysis {
    rule: RuleName,
    identity: Option<String>,
    threshold: Option<u64>,
    group_by: Option<Vec<String>>,
    join_on: Option<Vec<String>>,
    aggregate: Option<BTreeMap<String, AggregateRule>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RuleName {
    None,
    Aggregation,
}

/// Reads a rules file and checks it against the schema.
pub fn parse(toml_text: &str, schema: &Schema) -> Result<Rules, RulesError> {
    let file: File = toml::from_str(toml_text).map_err(|e| {
        let line =
            e.span().map_or(1, |s| toml_text[..s.start.min(toml_text.len())].matches('\n').count() + 1);
        RulesError::Form { line, why: e.message().lines().next().unwrap_or_default().to_owned() }
    })?;
    let rules = Rules {
        allowed_columns: file.allowed_columns,
        uses: file.uses,
        expires: file.expires.as_ref().map(moment).transpose()?,
        any_of: file.any_of.into_iter().map(group).collect::<Result<_, _>>()?,
        analysis: analysis(file.analysis)?,
    };
    validate(&rules, schema)?;
    Ok(rules)
}

fn moment(value: &toml::value::Datetime) -> Result<Timestamp, RulesError> {
    let text = value.to_string();
    text.parse().map_err(|_| RulesError::Expires(text))
}

fn group(group: FileGroup) -> Result<ConditionGroup, RulesError> {
    Ok(ConditionGroup { all_of: group.all_of.into_iter().map(condition).collect::<Result<_, _>>()? })
}

fn condition(condition: FileCondition) -> Result<Condition, RulesError> {
    let FileCondition { column, op, value } = condition;
    let value = value.map(|v| literal(v, &column)).transpose()?;
    Ok(Condition { column, op, value })
}

fn literal(value: Value, column: &str) -> Result<Literal, RulesError> {
    Ok(match value {
        Value::Boolean(v) => Literal::Boolean(v),
        Value::Integer(v) => Literal::Integer(v),
        Value::Float(v) => Literal::Float(v),
        Value::String(v) => Literal::Text(v),
        Value::Datetime(v) => Literal::Text(v.to_string()),
        Value::Array(v) => {
            Literal::List(v.into_iter().map(|v| literal(v, column)).collect::<Result<_, _>>()?)
        }
        Value::Table(_) => {
            return Err(RulesError::Literal { column: column.to_owned(), expected: "a plain value" });
        }
    })
}

fn analysis(file: FileAnalysis) -> Result<Analysis, RulesError> {
    match file.rule {
        RuleName::None => {
            let given = [
                ("identity", file.identity.is_some()),
                ("threshold", file.threshold.is_some()),
                ("group_by", file.group_by.is_some()),
                ("join_on", file.join_on.is_some()),
                ("aggregate", file.aggregate.is_some()),
            ];
            match given.iter().find(|(_, present)| *present) {
                Some((key, _)) => Err(RulesError::NotForNone(key)),
                None => Ok(Analysis::None),
            }
        }
        RuleName::Aggregation => Ok(Analysis::Aggregation {
            identity: file.identity.ok_or(RulesError::Missing("identity"))?,
            threshold: file.threshold.ok_or(RulesError::Missing("threshold"))?,
            group_by: file.group_by.unwrap_or_default(),
            join_on: file.join_on.unwrap_or_default(),
            aggregate: file.aggregate.unwrap_or_default(),
        }),
    }
}
