//! Values whose text two languages could write differently: rules, variables, numbers, moments.

use cloister_model::{
    Timestamp,
    rules::{
        AggregateFunction, AggregateRule, Analysis, Condition, ConditionGroup, Literal, Operator, Rules, Use,
    },
    variables::{Constraint, Value as Input, Variable, VariableType},
};
use serde_json::{Value, json};

use crate::Made;

/// Rules with every kind of condition, and maps whose order is not that of JavaScript.
pub(crate) fn strict_rules() -> Rules {
    let condition = |column: &str, op, value| Condition { column: column.into(), op, value };
    let sum = AggregateRule {
        functions: [AggregateFunction::Stddev, AggregateFunction::Count, AggregateFunction::Sum].into(),
        bounds: Some([-1.5, 1e17]),
    };
    let count = AggregateRule { functions: [AggregateFunction::CountDistinct].into(), bounds: None };
    Rules {
        allowed_columns: Some(vec!["patient".into(), "when".into()]),
        uses: [Use::Workflow, Use::Sql].into(),
        expires: Some(Timestamp::from_micros(1_900_000_000_000_000)),
        any_of: vec![
            ConditionGroup {
                all_of: vec![
                    condition("patient", Operator::GreaterOrEqual, Some(Literal::Integer(i64::MIN))),
                    condition("patient", Operator::Less, Some(Literal::Float(1.0))),
                    condition("when", Operator::IsNotEmpty, None),
                ],
            },
            ConditionGroup {
                all_of: vec![condition(
                    "word",
                    Operator::In,
                    Some(Literal::List(vec![
                        Literal::Text("a\u{8}\u{c}/".into()),
                        Literal::Boolean(false),
                        Literal::Integer(9_007_199_254_740_993),
                    ])),
                )],
            },
        ],
        analysis: Analysis::Aggregation {
            identity: "patient".into(),
            threshold: 5,
            group_by: vec!["when".into()],
            join_on: Vec::new(),
            aggregate: [("\u{ff5e}".into(), count), ("\u{1f600}".into(), sum)].into(),
        },
    }
}

pub(crate) fn variables() -> Made<Vec<Variable>> {
    let variable = |name: &str, kind, any_of| -> Made<Variable> {
        Ok(Variable { name: name.parse()?, kind, description: None, default: None, any_of })
    };
    let number = vec![
        Constraint::Range(Input::Integer(1), Input::Float(2.5)),
        Constraint::OneOf(vec![Input::Integer(9)]),
    ];
    let word = vec![Constraint::Length(1, 20), Constraint::Characters("a-z0-9_".into())];
    let mut yes = variable("yes", VariableType::Boolean, Vec::new())?;
    yes.default = Some(Input::Boolean(true));
    yes.description = Some("whether".into());
    let low = variable("low", VariableType::Integer, number)?;
    Ok(vec![yes, low, variable("word", VariableType::String, word)?])
}

/// Numbers as the encoding writes them.
pub(crate) fn numbers() -> Made<Vec<Value>> {
    let mut found = Vec::new();
    let edges = [
        0.0,
        -0.0,
        1.0,
        0.1,
        1.5,
        1e15,
        1e16,
        1.2e15,
        123_456_789_012_345_680.0,
        1e-4,
        1e-5,
        1e-6,
        1.5e-5,
        5e-324,
        f64::MAX,
        f64::MIN_POSITIVE,
        1e21,
        1e22,
        9_007_199_254_740_993.0,
        1.0 / 3.0,
    ];
    // A walk over the bits: every exponent, odd fractions.
    let walk = (1_u64..400).map(|n| f64::from_bits(n.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    for number in edges.into_iter().chain(walk).filter(|number| number.is_finite()) {
        let bits = format!("{:016x}", number.to_bits());
        found.push(json!({ "bits": bits, "text": serde_json::to_string(&number)? }));
    }
    Ok(found)
}

pub(crate) fn moments() -> Vec<Value> {
    let micros = [
        0,
        1,
        -1,
        500_000,
        1_800_000_000_250_000,
        1_800_000_000_123_456,
        -62_135_596_800_000_000,
        253_402_207_200_000_000,
    ];
    micros
        .iter()
        .map(|micros| json!({ "micros": micros.to_string(), "text": Timestamp::from_micros(*micros) }))
        .collect()
}
