//! The tables as sea-orm entities: what the migrations must come to, on every database.
//!
//! Queries are written by hand, so nothing of this is in a program: the tests of the migrations hold both databases to
//! it. A new table or column is written twice, in a migration and here; where the two differ, the tests name it.
//! Limits: of checks and defaults nothing stands here, those are compared between the databases only.

mod log;
mod people;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{
    ColumnTrait as _, ColumnType, EntityTrait, Iterable as _, PrimaryKeyToColumn as _,
    entity::prelude::IdenStatic as _,
};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    Integer,
    Float,
    Text,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) class: Class,
    pub(crate) nullable: bool,
}

/// A table, whichever database has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    /// By name.
    pub(crate) columns: BTreeMap<String, Column>,
    /// The primary key, in its order.
    pub(crate) key: Vec<String>,
    /// Sets of columns that no two rows share.
    pub(crate) unique: BTreeSet<Vec<String>>,
    /// `column -> table.column`.
    pub(crate) refers: BTreeSet<String>,
}

/// Gives a table's name and shape.
pub(crate) type Of = fn() -> (String, Shape);

/// Every table.
pub(crate) fn all() -> BTreeMap<String, Shape> {
    [people::ALL, work::ALL, log::ALL].into_iter().flatten().map(|shape| shape()).collect()
}

fn class(kind: &ColumnType) -> Class {
    match kind {
        ColumnType::String(_) | ColumnType::Text => Class::Text,
        ColumnType::BigInteger => Class::Integer,
        ColumnType::Double => Class::Float,
        other => panic!("no column is of the type {other:?}"),
    }
}

/// The shape of an entity, with what sea-orm's entities do not say.
fn shape_of<E: EntityTrait>(entity: &E, refers: &[&str], unique: &[&[&str]]) -> (String, Shape) {
    let mut shape = Shape::default();
    for column in E::Column::iter() {
        let def = column.def();
        let name = column.as_str().to_owned();
        if def.is_unique() {
            shape.unique.insert(vec![name.clone()]);
        }
        let found = Column { class: class(def.get_column_type()), nullable: def.is_null() };
        shape.columns.insert(name, found);
    }
    shape.key = E::PrimaryKey::iter().map(|key| key.into_column().as_str().to_owned()).collect();
    shape.unique.extend(unique.iter().map(|columns| columns.iter().map(|c| (*c).to_owned()).collect()));
    shape.refers = refers.iter().map(|one| (*one).to_owned()).collect();
    (entity.table_name().to_owned(), shape)
}

/// An entity, the rows it refers to, and the sets of more than one column that are unique.
macro_rules! entity {
    ($name:ident, $table:tt, { $($body:tt)* }, refers [$($column:ident => $parent:ident . $key:ident,)*],
     unique [$(($($part:ident),+),)*]) => {
        pub(super) mod $name {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub(crate) struct Model { $($body)* }

            #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
            pub(crate) enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}

            pub(in crate::entities) fn shape() -> (String, crate::entities::Shape) {
                let refers: &[&str] = &[$(concat!(stringify!($column), " -> ", stringify!($parent), ".", stringify!($key))),*];
                crate::entities::shape_of(&Entity, refers, &[$(&[$(stringify!($part)),+]),*])
            }
        }
    };
}
use entity;
