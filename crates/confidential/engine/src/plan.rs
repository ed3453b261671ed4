//! The allow-list of plan nodes, expressions and functions, for every job and every subquery.

use std::collections::BTreeSet;

use cloister_model::engine::FUNCTIONS;
use datafusion::{
    common::{
        DataFusionError,
        tree_node::{TreeNode, TreeNodeRecursion},
    },
    logical_expr::{Expr, LogicalPlan, expr::WindowFunctionDefinition},
};

use crate::{
    EngineError, PlanCheck,
    error::{planning, refuse},
};

/// Names that begin so are the engine's own.
pub(crate) const RESERVED: &str = "__cloister";

/// Checks the nodes of a plan as it was parsed, before anything else looks at it.
pub(crate) fn check_nodes(plan: &LogicalPlan) -> Result<(), EngineError> {
    each_node(plan, |node| if listed(node) { Ok(()) } else { refuse(PlanCheck::PlanNode) })
}

/// Checks the analysed plan.
pub(crate) fn check(plan: &LogicalPlan) -> Result<(), EngineError> {
    each_node(plan, check_node)?;
    let mut names = BTreeSet::new();
    for field in plan.schema().fields() {
        if field.name().starts_with(RESERVED) || !names.insert(field.name().to_lowercase()) {
            return refuse(PlanCheck::PlanOutput);
        }
    }
    Ok(())
}

fn each_node(
    plan: &LogicalPlan,
    mut one: impl FnMut(&LogicalPlan) -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    let mut refused = None;
    plan.apply_with_subqueries(|node| {
        refused = one(node).err();
        Ok(if refused.is_some() { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    })
    .map_err(|e: DataFusionError| planning(&e))?;
    refused.map_or(Ok(()), Err)
}

fn listed(node: &LogicalPlan) -> bool {
    matches!(
        node,
        LogicalPlan::Projection(_)
            | LogicalPlan::Filter(_)
            | LogicalPlan::Window(_)
            | LogicalPlan::Aggregate(_)
            | LogicalPlan::Sort(_)
            | LogicalPlan::Join(_)
            | LogicalPlan::Union(_)
            | LogicalPlan::TableScan(_)
            | LogicalPlan::EmptyRelation(_)
            | LogicalPlan::Subquery(_)
            | LogicalPlan::SubqueryAlias(_)
            | LogicalPlan::Limit(_)
            | LogicalPlan::Values(_)
            | LogicalPlan::Distinct(_)
    )
}

fn check_node(node: &LogicalPlan) -> Result<(), EngineError> {
    if !listed(node) {
        return refuse(PlanCheck::PlanNode);
    }
    let mut refused = None;
    node.apply_expressions(|expr| {
        expr.apply(|e| {
            refused = check_expression(e).err();
            Ok(if refused.is_some() { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
        })
    })
    .map_err(|e| planning(&e))?;
    refused.map_or(Ok(()), Err)
}

fn check_expression(expr: &Expr) -> Result<(), EngineError> {
    let function = match expr {
        Expr::ScalarFunction(f) => Some(f.name()),
        Expr::AggregateFunction(f) => Some(f.func.name()),
        Expr::WindowFunction(f) => Some(match &f.fun {
            WindowFunctionDefinition::AggregateUDF(f) => f.name(),
            WindowFunctionDefinition::WindowUDF(f) => f.name(),
        }),
        Expr::Placeholder(_) => return Err(EngineError::Variables),
        other if allowed(other) => None,
        _not_listed => return refuse(PlanCheck::PlanExpression),
    };
    match function {
        Some(name) if FUNCTIONS.binary_search(&name).is_err() => refuse(PlanCheck::PlanFunction),
        Some(_) | None => Ok(()),
    }
}

fn allowed(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Alias(_)
            | Expr::Column(_)
            | Expr::Literal(..)
            | Expr::BinaryExpr(_)
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
            | Expr::Negative(_)
            | Expr::Between(_)
            | Expr::Case(_)
            | Expr::Cast(_)
            | Expr::TryCast(_)
            | Expr::InList(_)
            | Expr::Exists(_)
            | Expr::InSubquery(_)
            | Expr::SetComparison(_)
            | Expr::ScalarSubquery(_)
            | Expr::GroupingSet(_)
            | Expr::OuterReferenceColumn(..)
    )
}
