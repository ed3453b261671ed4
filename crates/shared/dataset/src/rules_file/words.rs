//! Rules in plain words, for members who review.

use cloister_model::rules::{AggregateFunction, Analysis, Condition, Literal, Operator, Rules, Use};

/// The rules, one sentence a line.
pub fn describe(rules: &Rules) -> Vec<String> {
    let mut out = Vec::new();
    out.push(match &rules.allowed_columns {
        None => "Every column exists for others.".to_owned(),
        Some(names) => format!("Only these columns exist for others: {}.", list(names)),
    });
    out.push(format!(
        "It may be used by {}.",
        rules.uses.iter().map(|u| use_word(*u)).collect::<Vec<_>>().join(", ")
    ));
    if rules.any_of.is_empty() {
        out.push("Every row is visible to analyses.".to_owned());
    } else {
        let groups: Vec<String> = rules
            .any_of
            .iter()
            .map(|g| g.all_of.iter().map(condition).collect::<Vec<_>>().join(" and "))
            .collect();
        out.push(format!("Only rows are visible where {}.", groups.join("; or where ")));
    }
    match &rules.analysis {
        Analysis::None => out.push("Rows may be returned.".to_owned()),
        Analysis::Aggregation { identity, threshold, group_by, join_on, aggregate } => {
            out.push(format!(
                "Only aggregates over at least {threshold} distinct values of `{identity}` may be returned."
            ));
            out.push(columns("It may be grouped by", group_by));
            out.push(columns("It may be joined on", join_on));
            for (name, rule) in aggregate {
                let functions: Vec<&str> = rule.functions.iter().map(|f| function_word(*f)).collect();
                let bounds = rule
                    .bounds
                    .map(|[low, high]| format!(", each value limited to {low} to {high}"))
                    .unwrap_or_default();
                out.push(format!("Of `{name}`: {}{bounds}.", functions.join(", ")));
            }
        }
    }
    if let Some(at) = rules.expires {
        out.push(format!("It is not released from {at} on."));
    }
    out
}

fn columns(what: &str, names: &[String]) -> String {
    if names.is_empty() { format!("{what} no column.") } else { format!("{what} {}.", list(names)) }
}

fn list(names: &[String]) -> String {
    names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}

fn use_word(value: Use) -> &'static str {
    match value {
        Use::Sql => "SQL jobs",
        Use::Python => "Python jobs",
        Use::Template => "templates",
        Use::Workflow => "workflows",
    }
}

fn function_word(value: AggregateFunction) -> &'static str {
    match value {
        AggregateFunction::Count => "count",
        AggregateFunction::CountDistinct => "count of distinct values",
        AggregateFunction::Sum => "sum",
        AggregateFunction::Avg => "mean",
        AggregateFunction::Stddev => "standard deviation",
    }
}

fn condition(condition: &Condition) -> String {
    let op = match condition.op {
        Operator::Equal => "=",
        Operator::NotEqual => "!=",
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterOrEqual => ">=",
        Operator::In => "is one of",
        Operator::IsEmpty => "is empty",
        Operator::IsNotEmpty => "is not empty",
    };
    match &condition.value {
        None => format!("`{}` {op}", condition.column),
        Some(value) => format!("`{}` {op} {}", condition.column, literal(value)),
    }
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Boolean(v) => v.to_string(),
        Literal::Integer(v) => v.to_string(),
        Literal::Float(v) => v.to_string(),
        Literal::Text(v) => format!("`{v}`"),
        Literal::List(values) => values.iter().map(literal).collect::<Vec<_>>().join(", "),
    }
}
