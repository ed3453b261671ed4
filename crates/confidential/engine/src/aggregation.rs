//! The one shape that a query on a dataset under the rule `aggregation` may have, and where each column may go.
//!
//! `(Projection | Sort | Filter | Limit)* -> one Aggregate -> (Filter | Projection | inner Join)* -> tables`. Below the
//! aggregate every column knows its source: filters and group keys may use the owner's `group_by` columns, joins the
//! `join_on` columns, aggregates the `aggregate` columns with the functions allowed for them. A column that a join
//! equates with a join-only column is join-only too, whosever it is.

mod lineage;

use std::{any::Any, collections::BTreeSet};

use cloister_model::rules::{AggregateFunction, AggregateRule, Analysis, Rules};
use datafusion::{
    common::{
        Column, DFSchema,
        tree_node::{TreeNode, TreeNodeRecursion},
    },
    datasource::source_as_provider,
    logical_expr::{Aggregate, Expr, JoinType, LogicalPlan, TableScan, utils::split_conjunction},
};

use lineage::{equated, lineage, plain, widened};

use crate::{
    EngineError, PlanCheck,
    error::{planning, refuse},
    scan::RuleTable,
};

/// The rule `aggregation` of one dataset.
#[derive(Clone, Debug)]
pub(crate) struct Protection {
    pub(crate) identity: String,
    pub(crate) threshold: u64,
    group_by: BTreeSet<String>,
    join_on: BTreeSet<String>,
    aggregate: std::collections::BTreeMap<String, AggregateRule>,
}

impl Protection {
    /// The rule of a dataset, when it is `aggregation`.
    pub(crate) fn of(rules: &Rules) -> Option<Self> {
        match &rules.analysis {
            Analysis::None => None,
            Analysis::Aggregation { identity, threshold, group_by, join_on, aggregate } => Some(Self {
                identity: identity.clone(),
                threshold: *threshold,
                group_by: group_by.iter().cloned().collect(),
                join_on: join_on.iter().cloned().collect(),
                aggregate: aggregate.clone(),
            }),
        }
    }
}

/// What a scan is.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    name: String,
    pub(crate) protection: Option<std::sync::Arc<Protection>>,
}

/// The table of a scan; `None` for anything that is not ours.
pub(crate) fn table_of(scan: &TableScan) -> Option<Table> {
    let provider = source_as_provider(&scan.source).ok()?;
    let table = (provider.as_ref() as &dyn Any).downcast_ref::<RuleTable>()?;
    Some(Table { name: table.name.clone(), protection: table.protection.clone() })
}

/// Whether a query reads a protected table anywhere, subqueries included.
pub(crate) fn protected(plan: &LogicalPlan) -> Result<bool, EngineError> {
    let mut found = false;
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            // A scan that is not ours must never count as open.
            found = found || table_of(scan).is_none_or(|t| t.protection.is_some());
        }
        Ok(TreeNodeRecursion::Continue)
    })
    .map_err(|e| planning(&e))?;
    Ok(found)
}

/// Checks a query that reads a protected table.
pub(crate) fn check(plan: &LogicalPlan) -> Result<(), EngineError> {
    no_subqueries(plan)?;
    let aggregate = find_aggregate(plan)?;
    let mut walk = Walk::default();
    let columns = walk.below(&aggregate.input)?;
    walk.aggregate(aggregate, &columns)?;
    walk.check_uses()?;
    walk.check_joins()
}

fn no_subqueries(plan: &LogicalPlan) -> Result<(), EngineError> {
    let mut found = false;
    plan.apply(|node| {
        node.apply_expressions(|expr| {
            expr.apply(|e| {
                found = found
                    || matches!(
                        e,
                        Expr::Exists(_)
                            | Expr::InSubquery(_)
                            | Expr::SetComparison(_)
                            | Expr::ScalarSubquery(_)
                            | Expr::OuterReferenceColumn(..)
                    );
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })
    .map_err(|e| planning(&e))?;
    if found { refuse(PlanCheck::RuleSubquery) } else { Ok(()) }
}

fn find_aggregate(plan: &LogicalPlan) -> Result<&Aggregate, EngineError> {
    match plan {
        LogicalPlan::Projection(p) => find_aggregate(&p.input),
        LogicalPlan::Sort(s) => find_aggregate(&s.input),
        LogicalPlan::Filter(f) => find_aggregate(&f.input),
        LogicalPlan::Limit(l) => find_aggregate(&l.input),
        LogicalPlan::SubqueryAlias(a) => find_aggregate(&a.input),
        LogicalPlan::Aggregate(a) => Ok(a),
        other => refuse(shape_check(other)),
    }
}

/// The check that names what is wrong with a node in this place.
fn shape_check(plan: &LogicalPlan) -> PlanCheck {
    match plan {
        LogicalPlan::Window(_) => PlanCheck::RuleWindow,
        LogicalPlan::Union(_) | LogicalPlan::Values(_) | LogicalPlan::EmptyRelation(_) => {
            PlanCheck::RuleSetOperation
        }
        LogicalPlan::Limit(_) | LogicalPlan::Distinct(_) | LogicalPlan::Sort(_) => PlanCheck::RuleLimit,
        LogicalPlan::Join(_) => PlanCheck::RuleJoin,
        _every_other_node => PlanCheck::RuleShape,
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Source {
    scan: usize,
    column: String,
}

#[derive(Clone, Debug)]
enum Lineage {
    /// Exactly this stored column.
    Plain(Source),
    /// Computed from these.
    Derived(BTreeSet<Source>),
}

impl Lineage {
    fn sources(&self) -> BTreeSet<Source> {
        match self {
            Self::Plain(source) => [source.clone()].into(),
            Self::Derived(sources) => sources.clone(),
        }
    }
}

#[derive(Default)]
struct Walk {
    scans: Vec<Table>,
    joins: Vec<(Source, Source)>,
    /// Columns used in filters and group keys, with the check that refuses a column that may not be.
    uses: Vec<(Source, PlanCheck)>,
}

impl Walk {
    /// The lineage of each column of a plan below the aggregate.
    fn below(&mut self, plan: &LogicalPlan) -> Result<Vec<Lineage>, EngineError> {
        match plan {
            LogicalPlan::TableScan(scan) => self.scan(scan),
            LogicalPlan::SubqueryAlias(alias) => self.below(&alias.input),
            LogicalPlan::Filter(filter) => {
                let columns = self.below(&filter.input)?;
                self.predicate(&filter.predicate, filter.input.schema(), &columns)?;
                Ok(columns)
            }
            LogicalPlan::Projection(projection) => {
                let columns = self.below(&projection.input)?;
                projection.expr.iter().map(|e| lineage(e, projection.input.schema(), &columns)).collect()
            }
            LogicalPlan::Join(join) => {
                if join.join_type != JoinType::Inner {
                    return refuse(PlanCheck::RuleJoin);
                }
                let mut columns = self.below(&join.left)?;
                columns.extend(self.below(&join.right)?);
                for (left, right) in &join.on {
                    let equal = left.clone().eq(right.clone());
                    self.predicate(&equal, &join.schema, &columns)?;
                }
                if let Some(filter) = &join.filter {
                    self.predicate(filter, &join.schema, &columns)?;
                }
                Ok(columns)
            }
            other => refuse(shape_check(other)),
        }
    }

    fn scan(&mut self, scan: &TableScan) -> Result<Vec<Lineage>, EngineError> {
        let Some(table) = table_of(scan) else { return refuse(PlanCheck::RuleShape) };
        if table.protection.is_some() && self.scans.iter().any(|s| s.name == table.name) {
            return refuse(PlanCheck::RuleJoin);
        }
        let at = self.scans.len();
        self.scans.push(table);
        let plain = |f: &std::sync::Arc<arrow::datatypes::Field>| {
            Lineage::Plain(Source { scan: at, column: f.name().clone() })
        };
        Ok(scan.projected_schema.fields().iter().map(plain).collect())
    }

    fn predicate(
        &mut self,
        predicate: &Expr,
        schema: &DFSchema,
        columns: &[Lineage],
    ) -> Result<(), EngineError> {
        for part in split_conjunction(predicate) {
            if let Some((left, right)) = equated(part, schema, columns) {
                self.join(left, right)?;
                continue;
            }
            let sources = lineage(part, schema, columns)?.sources();
            // A comparison across tables is a join by another name.
            if sources.iter().map(|s| s.scan).collect::<BTreeSet<_>>().len() > 1 {
                return refuse(PlanCheck::RuleJoin);
            }
            self.uses.extend(sources.into_iter().map(|s| (s, PlanCheck::RuleFilter)));
        }
        Ok(())
    }

    fn join(&mut self, left: Source, right: Source) -> Result<(), EngineError> {
        for side in [&left, &right] {
            if self.protection(side).is_some_and(|p| !p.join_on.contains(&side.column)) {
                return refuse(PlanCheck::RuleJoinOn);
            }
        }
        self.joins.push((left, right));
        Ok(())
    }

    fn protection(&self, source: &Source) -> Option<&Protection> {
        self.scans.get(source.scan).and_then(|t| t.protection.as_deref())
    }

    fn aggregate(&mut self, aggregate: &Aggregate, columns: &[Lineage]) -> Result<(), EngineError> {
        let schema = aggregate.input.schema();
        for key in &aggregate.group_expr {
            if matches!(key, Expr::GroupingSet(_)) {
                return refuse(PlanCheck::RuleGroupingSets);
            }
            let sources = lineage(key, schema, columns)?.sources();
            self.uses.extend(sources.into_iter().map(|s| (s, PlanCheck::RuleGroupBy)));
        }
        aggregate.aggr_expr.iter().try_for_each(|e| self.function(e, schema, columns))
    }

    fn function(&self, expr: &Expr, schema: &DFSchema, columns: &[Lineage]) -> Result<(), EngineError> {
        let Expr::AggregateFunction(call) = expr.clone().unalias() else {
            return refuse(PlanCheck::RuleAggregate);
        };
        let params = &call.params;
        if params.filter.is_some() || !params.order_by.is_empty() || params.null_treatment.is_some() {
            return refuse(PlanCheck::RuleAggregateClause);
        }
        let wanted = match (call.func.name(), params.distinct) {
            ("count", false) => AggregateFunction::Count,
            ("count", true) => AggregateFunction::CountDistinct,
            ("sum", false) => AggregateFunction::Sum,
            ("avg", false) => AggregateFunction::Avg,
            ("stddev", false) => AggregateFunction::Stddev,
            _not_listed => return refuse(PlanCheck::RuleAggregate),
        };
        let [argument] = params.args.as_slice() else { return refuse(PlanCheck::RuleAggregate) };
        if let (Expr::Literal(value, _), AggregateFunction::Count) = (argument, wanted) {
            // count(*) and count(1)
            return if value.is_null() { refuse(PlanCheck::RuleAggregate) } else { Ok(()) };
        }
        let Some(source) = plain(widened(argument), schema, columns) else {
            return refuse(PlanCheck::RuleAggregate);
        };
        if self.may_aggregate(&source, wanted) { Ok(()) } else { refuse(PlanCheck::RuleAggregate) }
    }

    fn may_aggregate(&self, source: &Source, wanted: AggregateFunction) -> bool {
        let counts = matches!(wanted, AggregateFunction::Count | AggregateFunction::CountDistinct);
        match self.protection(source) {
            // Sums of an open table's column would add weights that its owner chose to each protected row.
            None => counts,
            Some(p) if p.identity == source.column && counts => true,
            Some(p) => p.aggregate.get(&source.column).is_some_and(|r| r.functions.contains(&wanted)),
        }
    }

    /// The columns that joins make join-only: those of `join_on`, and whatever equals them.
    fn join_only(&self) -> BTreeSet<Source> {
        let mut out: BTreeSet<Source> = BTreeSet::new();
        for (left, right) in &self.joins {
            if self.protection(left).is_some() || self.protection(right).is_some() {
                out.extend([left.clone(), right.clone()]);
            }
        }
        loop {
            let before = out.len();
            for (left, right) in &self.joins {
                if out.contains(left) || out.contains(right) {
                    out.extend([left.clone(), right.clone()]);
                }
            }
            if out.len() == before {
                return out;
            }
        }
    }

    fn check_uses(&self) -> Result<(), EngineError> {
        let join_only = self.join_only();
        for (source, check) in &self.uses {
            let protection = self.protection(source);
            if join_only.contains(source) || protection.is_some_and(|p| p.join_on.contains(&source.column)) {
                return refuse(PlanCheck::RuleJoinOnly);
            }
            if protection.is_some_and(|p| !p.group_by.contains(&source.column)) {
                return refuse(*check);
            }
        }
        Ok(())
    }

    /// Every table must hang together by equalities: a product only multiplies rows.
    fn check_joins(&self) -> Result<(), EngineError> {
        let mut reached: BTreeSet<usize> = [0].into();
        for _ in &self.scans {
            for (left, right) in &self.joins {
                if reached.contains(&left.scan) || reached.contains(&right.scan) {
                    reached.extend([left.scan, right.scan]);
                }
            }
        }
        if reached.len() == self.scans.len() { Ok(()) } else { refuse(PlanCheck::RuleJoin) }
    }
}

/// The bounds that the owner set for a column that reaches the aggregate through `input`.
pub(crate) fn bounds_of(column: &Column, input: &LogicalPlan) -> Option<[f64; 2]> {
    let mut walk = Walk::default();
    let columns = walk.below(input).ok()?;
    let source = plain(&Expr::Column(column.clone()), input.schema(), &columns)?;
    walk.protection(&source)?.aggregate.get(&source.column)?.bounds
}
