use super::*;
use crate::testing::World;

fn spec(variables: Vec<Variable>) -> Spec {
    let mut spec = World::new().spec.open::<Spec>().unwrap().predicate().body.clone();
    spec.variables = variables;
    spec
}

fn variable(kind: VariableType, any_of: Vec<Constraint>) -> Variable {
    Variable { name: "x".parse().unwrap(), kind, description: None, default: None, any_of }
}

#[test]
fn values_are_typed_and_the_whole_value_meets_a_constraint() {
    use Constraint::{Characters, Length, OneOf, Range};
    use Value::{Boolean, Float, Integer, Text};
    use VariableType as T;
    let t = |s: &str| Text(s.into());
    let cases = [
        (T::Integer, vec![Range(Integer(1), Integer(9))], Integer(9), true),
        (T::Integer, vec![Range(Integer(1), Integer(9))], Integer(10), false),
        (T::Integer, vec![Range(Integer(1), Integer(2)), OneOf(vec![Integer(7)])], Integer(7), true),
        (T::Integer, vec![], Float(1.0), false),
        (T::Float, vec![], Integer(3), true),
        (T::Float, vec![], Float(f64::NAN), false),
        (T::Float, vec![], Integer(i64::MAX), false),
        (T::Boolean, vec![], Boolean(true), true),
        (T::Boolean, vec![], t("true"), false),
        (T::String, vec![Characters("a-z_".into())], t("ab_c"), true),
        (T::String, vec![Characters("a-z_".into())], t("ab;c"), false),
        (T::String, vec![Length(2, 3)], t("abcd"), false),
        (T::String, vec![OneOf(vec![t("ab")])], t("ab' or 1=1"), false),
        (
            T::Datetime,
            vec![Range(t("2027-01-01T00:00:00Z"), t("2027-12-31T00:00:00Z"))],
            t("2027-06-01T02:00:00+02:00"),
            true,
        ),
        (T::Datetime, vec![], t("yesterday"), false),
        (T::Dataset, vec![], t("measurements"), true),
        (T::Dataset, vec![], t("salaries"), false),
    ];
    for (kind, any_of, value, good) in cases {
        let spec = spec(vec![variable(kind, any_of)]);
        validate_variables(&spec).unwrap();
        let given = [("x".parse().unwrap(), value.clone())].into();
        assert_eq!(complete(&spec, &given).is_ok(), good, "{kind:?} {value:?}");
    }
}

#[test]
fn a_missing_value_takes_the_default_or_refuses() {
    let mut v = variable(VariableType::Integer, vec![]);
    assert_eq!(complete(&spec(vec![v.clone()]), &[].into()).unwrap_err().check, Check::Inputs);
    v.default = Some(Value::Integer(4));
    assert_eq!(
        complete(&spec(vec![v]), &[].into()).unwrap().into_values().collect::<Vec<_>>(),
        [Value::Integer(4)]
    );
}

#[test]
fn constraints_that_do_not_fit_their_type_are_refused() {
    for (kind, constraint) in [
        (VariableType::Boolean, Constraint::Range(Value::Boolean(false), Value::Boolean(true))),
        (VariableType::Integer, Constraint::Length(1, 2)),
        (VariableType::Integer, Constraint::Range(Value::Integer(2), Value::Integer(1))),
        (VariableType::String, Constraint::Characters("z-a".into())),
        (VariableType::String, Constraint::OneOf(vec![])),
    ] {
        assert!(
            validate_variables(&spec(vec![variable(kind, vec![constraint.clone()])])).is_err(),
            "{constraint:?}"
        );
    }
}
