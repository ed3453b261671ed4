//! Which columns an expression comes from, and which expressions rows may meet.

use std::collections::BTreeSet;

use datafusion::{
    common::{
        DFSchema,
        tree_node::{TreeNode, TreeNodeRecursion},
    },
    logical_expr::{BinaryExpr, Expr, Operator},
};

use super::{Lineage, Source};
use crate::{
    EngineError, PlanCheck,
    error::{planning, refuse},
};

/// Two plain columns of two tables that are said to be equal.
pub(super) fn equated(part: &Expr, schema: &DFSchema, columns: &[Lineage]) -> Option<(Source, Source)> {
    let Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) = part else { return None };
    let pair = (plain(left, schema, columns)?, plain(right, schema, columns)?);
    (pair.0.scan != pair.1.scan).then_some(pair)
}

pub(super) fn plain(expr: &Expr, schema: &DFSchema, columns: &[Lineage]) -> Option<Source> {
    let Expr::Column(column) = expr else { return None };
    match columns.get(schema.index_of_column(column).ok()?)? {
        Lineage::Plain(source) => Some(source.clone()),
        Lineage::Derived(_) => None,
    }
}

/// The argument under the cast to a float that type coercion puts around whole numbers.
pub(super) fn widened(expr: &Expr) -> &Expr {
    match expr {
        Expr::Cast(cast) if *cast.field.data_type() == arrow::datatypes::DataType::Float64 => &cast.expr,
        other => other,
    }
}

/// Functions of rows that only make a value coarser.
const ROW_FUNCTIONS: &[&str] =
    &["btrim", "date_part", "date_trunc", "left", "lower", "right", "substr", "upper"];

/// Where a row expression's values come from; refuses expressions that could single out or fail.
pub(super) fn lineage(expr: &Expr, schema: &DFSchema, columns: &[Lineage]) -> Result<Lineage, EngineError> {
    let bare = expr.clone().unalias();
    if let Some(source) = plain(&bare, schema, columns) {
        return Ok(Lineage::Plain(source));
    }
    let mut sources = BTreeSet::new();
    let mut refused = false;
    bare.apply(|e| {
        match e {
            Expr::Column(column) => {
                match schema.index_of_column(column).ok().and_then(|at| columns.get(at)) {
                    Some(found) => sources.extend(found.sources()),
                    None => refused = true,
                }
            }
            Expr::BinaryExpr(binary) => refused = refused || !comparison(binary.op),
            Expr::ScalarFunction(f) => refused = refused || ROW_FUNCTIONS.binary_search(&f.name()).is_err(),
            other => refused = refused || !row_expression(other),
        }
        Ok(if refused { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    })
    .map_err(|e| planning(&e))?;
    if refused { refuse(PlanCheck::RuleExpression) } else { Ok(Lineage::Derived(sources)) }
}

fn comparison(op: Operator) -> bool {
    matches!(
        op,
        Operator::Eq
            | Operator::NotEq
            | Operator::Lt
            | Operator::LtEq
            | Operator::Gt
            | Operator::GtEq
            | Operator::And
            | Operator::Or
            | Operator::IsDistinctFrom
            | Operator::IsNotDistinctFrom
    )
}

fn row_expression(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Alias(_)
            | Expr::Literal(..)
            | Expr::Like(_)
            | Expr::Not(_)
            | Expr::IsNotNull(_)
            | Expr::IsNull(_)
            | Expr::IsTrue(_)
            | Expr::IsFalse(_)
            | Expr::IsUnknown(_)
            | Expr::IsNotTrue(_)
            | Expr::IsNotFalse(_)
            | Expr::IsNotUnknown(_)
            | Expr::Between(_)
            | Expr::Cast(_)
            | Expr::TryCast(_)
            | Expr::InList(_)
    )
}
