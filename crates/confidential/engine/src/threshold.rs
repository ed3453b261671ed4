//! Injects the threshold: a hidden count of distinct identities per protected dataset into the one aggregate, and a
//! filter right above it, fenced by a limit so that no expression of the user is merged into or moved below it.

use std::sync::Arc;

use datafusion::{
    common::{
        Column, ExprSchema, Result, ScalarValue,
        tree_node::{Transformed, TreeNode},
    },
    functions_aggregate::count::count_distinct,
    logical_expr::{
        Aggregate, Expr, Filter, Limit, LogicalPlan, Projection, SubqueryAlias, TableScan, cast, lit,
        logical_plan::Join, when,
    },
};

use crate::{aggregation::table_of, plan::RESERVED};

/// An identity that is carried up to the aggregate.
#[derive(Clone)]
struct Carried {
    name: String,
    threshold: i64,
}

/// Rewrites a plan whose shape was checked.
pub(crate) fn inject(plan: LogicalPlan) -> Result<LogicalPlan> {
    let shown: Vec<Expr> = plan.schema().columns().into_iter().map(Expr::Column).collect();
    let rewritten = above(plan)?;
    if rewritten.schema().fields().len() == shown.len() {
        return Ok(rewritten);
    }
    Ok(LogicalPlan::Projection(Projection::try_new(shown, Arc::new(rewritten))?))
}

fn above(plan: LogicalPlan) -> Result<LogicalPlan> {
    if let LogicalPlan::Aggregate(aggregate) = plan {
        return guard(aggregate);
    }
    let inputs = plan.inputs().into_iter().map(|i| above(i.clone())).collect::<Result<Vec<_>>>()?;
    plan.with_new_exprs(plan.expressions(), inputs)
}

fn guard(aggregate: Aggregate) -> Result<LogicalPlan> {
    let mut carried = Vec::new();
    let input = carry(aggregate.input.as_ref().clone(), &mut carried)?;
    let mut functions =
        aggregate.aggr_expr.into_iter().map(|e| clamp(e, &aggregate.input)).collect::<Result<Vec<_>>>()?;
    let mut enough: Option<Expr> = None;
    for (at, identity) in carried.iter().enumerate() {
        let name = format!("{RESERVED}_persons{at}");
        functions.push(count_distinct(column(&input, &identity.name)?).alias(&name));
        let this = Expr::Column(Column::from_name(name)).gt_eq(lit(identity.threshold));
        enough = Some(match enough {
            Some(before) => before.and(this),
            None => this,
        });
    }
    let grouped =
        LogicalPlan::Aggregate(Aggregate::try_new(Arc::new(input), aggregate.group_expr, functions)?);
    let Some(enough) = enough else { return Ok(grouped) };
    let filtered = LogicalPlan::Filter(Filter::try_new(enough, Arc::new(grouped))?);
    Ok(LogicalPlan::Limit(Limit {
        skip: None,
        fetch: Some(Box::new(lit(i64::MAX))),
        input: Arc::new(filtered),
    }))
}

/// Carries the identity of every protected table below the aggregate up to it, under names no one else can use.
fn carry(plan: LogicalPlan, out: &mut Vec<Carried>) -> Result<LogicalPlan> {
    match plan {
        LogicalPlan::TableScan(scan) => carry_scan(scan, out),
        LogicalPlan::Filter(filter) => {
            let input = carry(filter.input.as_ref().clone(), out)?;
            Ok(LogicalPlan::Filter(Filter::try_new(filter.predicate, Arc::new(input))?))
        }
        LogicalPlan::SubqueryAlias(alias) => {
            let input = carry(alias.input.as_ref().clone(), out)?;
            Ok(LogicalPlan::SubqueryAlias(SubqueryAlias::try_new(Arc::new(input), alias.alias)?))
        }
        LogicalPlan::Projection(projection) => {
            let before = out.len();
            let input = carry(projection.input.as_ref().clone(), out)?;
            let mut exprs = projection.expr;
            for identity in &out[before..] {
                exprs.push(column(&input, &identity.name)?);
            }
            Ok(LogicalPlan::Projection(Projection::try_new(exprs, Arc::new(input))?))
        }
        LogicalPlan::Join(join) => {
            let left = carry(join.left.as_ref().clone(), out)?;
            let right = carry(join.right.as_ref().clone(), out)?;
            Ok(LogicalPlan::Join(Join::try_new(
                Arc::new(left),
                Arc::new(right),
                join.on,
                join.filter,
                join.join_type,
                join.join_constraint,
                join.null_equality,
                join.null_aware,
            )?))
        }
        other => datafusion::common::internal_err!("unchecked node {} below the aggregate", other.display()),
    }
}

fn carry_scan(scan: TableScan, out: &mut Vec<Carried>) -> Result<LogicalPlan> {
    let Some(protection) = table_of(&scan).and_then(|t| t.protection) else {
        return Ok(LogicalPlan::TableScan(scan));
    };
    let name = format!("{RESERVED}_id{}", out.len());
    let identity = Column::new(Some(scan.table_name.clone()), &protection.identity);
    let mut exprs: Vec<Expr> = scan.projected_schema.columns().into_iter().map(Expr::Column).collect();
    exprs.push(Expr::Column(identity).alias(&name));
    out.push(Carried { name, threshold: i64::try_from(protection.threshold).unwrap_or(i64::MAX) });
    Ok(LogicalPlan::Projection(Projection::try_new(exprs, Arc::new(LogicalPlan::TableScan(scan)))?))
}

fn column(plan: &LogicalPlan, name: &str) -> Result<Expr> {
    let found = plan.schema().columns().into_iter().find(|c| c.name == name);
    found
        .map(Expr::Column)
        .ok_or_else(|| datafusion::common::internal_datafusion_err!("an identity was lost"))
}

/// Limits every value that `sum`, `avg` and `stddev` take to the owner's bounds; NaN counts as NULL.
fn clamp(expr: Expr, input: &LogicalPlan) -> Result<Expr> {
    let (relation, name) = expr.qualified_name();
    let clamped = expr.transform_up(|e| {
        let Expr::AggregateFunction(mut function) = e else { return Ok(Transformed::no(e)) };
        if function.func.name() == "count" {
            return Ok(Transformed::no(Expr::AggregateFunction(function)));
        }
        let args = std::mem::take(&mut function.params.args);
        function.params.args = args
            .into_iter()
            .map(|a| Ok(a.transform_up(|e| clamp_column(e, input))?.data))
            .collect::<Result<_>>()?;
        Ok(Transformed::yes(Expr::AggregateFunction(function)))
    })?;
    Ok(if clamped.transformed { clamped.data.alias_qualified(relation, name) } else { clamped.data })
}

fn clamp_column(expr: Expr, input: &LogicalPlan) -> Result<Transformed<Expr>> {
    let Expr::Column(column) = &expr else { return Ok(Transformed::no(expr)) };
    let Some([low, high]) = crate::aggregation::bounds_of(column, input) else {
        return Ok(Transformed::no(expr));
    };
    let kind = input.schema().data_type(column)?.clone();
    let (low, high) = if kind == arrow::datatypes::DataType::Int64 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "saturates; the bounds only widen to whole numbers inside"
        )]
        let whole = (low.ceil() as i64, high.floor() as i64);
        (lit(whole.0), lit(whole.1))
    } else {
        (lit(low), lit(high))
    };
    let value = cast(expr.clone(), kind);
    let nan = if input.schema().data_type(column)?.is_floating() {
        value.clone().eq(lit(f64::NAN))
    } else {
        lit(false)
    };
    let limited = when(nan, lit(ScalarValue::Null))
        .when(value.clone().lt(low.clone()), low)
        .when(value.clone().gt(high.clone()), high)
        .otherwise(expr)?;
    Ok(Transformed::yes(limited))
}
