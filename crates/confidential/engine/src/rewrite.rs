//! Makes expressions infallible where SQL would raise an error that depends on a value: fallible casts become
//! `try_cast`, division and remainder by zero give NULL.

use arrow::datatypes::DataType;
use datafusion::{
    common::{
        Result, ScalarValue,
        tree_node::{Transformed, TreeNode},
    },
    logical_expr::{
        BinaryExpr, Expr, ExprSchemable, LogicalPlan, Operator, TryCast, expr_rewriter::NamePreserver, lit,
        utils::merge_schema, when,
    },
};

/// The plan with infallible expressions.
pub(crate) fn infallible(plan: LogicalPlan) -> Result<LogicalPlan> {
    Ok(plan
        .transform_up_with_subqueries(|node| {
            let names = NamePreserver::new(&node);
            let schema = merge_schema(&node.inputs());
            node.map_expressions(|expr| {
                let saved = names.save(&expr);
                Ok(expr.transform_up(|e| one(e, &schema))?.update_data(|e| saved.restore(e)))
            })?
            .map_data(LogicalPlan::recompute_schema)
        })?
        .data)
}

fn one(expr: Expr, schema: &datafusion::common::DFSchema) -> Result<Transformed<Expr>> {
    match expr {
        Expr::Cast(cast) => {
            let from = cast.expr.get_type(schema).ok();
            if from.is_some_and(|from| never_fails(&from, cast.field.data_type())) {
                return Ok(Transformed::no(Expr::Cast(cast)));
            }
            Ok(Transformed::yes(Expr::TryCast(TryCast { expr: cast.expr, field: cast.field })))
        }
        Expr::BinaryExpr(BinaryExpr { left, op: op @ (Operator::Divide | Operator::Modulo), right })
            if !nonzero(&right) =>
        {
            let zero = (*right).clone().eq(lit(0_i64));
            let divided = Expr::BinaryExpr(BinaryExpr { left, op, right });
            Ok(Transformed::yes(when(zero, lit(ScalarValue::Null)).otherwise(divided)?))
        }
        other => Ok(Transformed::no(other)),
    }
}

fn nonzero(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(value, _) => {
            !value.is_null() && ScalarValue::new_zero(&value.data_type()).is_ok_and(|zero| zero != *value)
        }
        _other => false,
    }
}

fn never_fails(from: &DataType, to: &DataType) -> bool {
    let text = |t: &DataType| matches!(t, DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8);
    let narrow =
        |t: &DataType| matches!(t, DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Boolean);
    from == to
        || text(to)
        || (from.is_numeric() && *to == DataType::Float64)
        || (narrow(from) && *to == DataType::Int64)
        || matches!((from, to), (DataType::UInt64, DataType::Float64))
}
