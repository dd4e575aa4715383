//! Lists of every resource: keyset paging on (sort column, id) with signed page tokens.

mod fields;
mod filter;
mod page_token;

pub(crate) use fields::{Column, Field, SortValue};
pub(crate) use page_token::{PageKey, PageToken};

use crate::{Store, row::Row};
use model::{Failure, Listing, Page, Sort};
use sea_orm::QueryResult;
use sea_orm::sea_query::{Expr, ExprTrait, Func, Order, Query, SelectStatement};

/// One resource's list: its table, what is read of a row, and what a caller may sort and filter by.
pub(crate) struct List<T> {
    /// Also names the list in page tokens: the token of one list does not open another.
    pub(crate) table: &'static str,
    pub(crate) columns: &'static [&'static str],
    pub(crate) fields: &'static [Field],
    /// Whether `tags.<key>` can be filtered by.
    pub(crate) tagged: bool,
    pub(crate) read: fn(&QueryResult) -> Result<T, Failure>,
}

/// Which rows: those of the grant's place, and of one parent in it if there is one.
pub(crate) struct Whose<'a> {
    pub(crate) place: &'a str,
    pub(crate) parent: Option<(&'static str, String)>,
}

impl Whose<'_> {
    fn restrict(&self, select: &mut SelectStatement) {
        select.and_where(Expr::col("namespace").eq(self.place));
        if let Some((column, id)) = &self.parent {
            select.and_where(Expr::col(*column).eq(id.as_str()));
        }
    }
}

impl<T> List<T> {
    pub(crate) async fn page(&self, store: &Store, whose: &Whose<'_>, listing: &Listing) -> Result<Page<T>, Failure> {
        let token = self.token(store, whose, listing)?;
        let (sort, filter) = match &token {
            Some(token) => (token.sort(), &token.filter),
            None => (listing.sort.clone().unwrap_or_else(by_creation), &listing.filter),
        };
        let field = self.sort_field(&sort.field)?;
        let matching = filter::condition(self, filter, store.database().backend())?;

        let mut count = Query::select();
        count.expr_as(Func::count(Expr::col("id")), "total").from(self.table).cond_where(matching.clone());
        whose.restrict(&mut count);

        let mut select = Query::select();
        select.columns(self.columns.iter().copied()).from(self.table).cond_where(matching);
        whose.restrict(&mut select);
        let order = if sort.descending { Order::Desc } else { Order::Asc };
        if let Some(expression) = field.column.sort_expression() {
            select.expr_as(expression.clone(), "sort_value").order_by_expr(expression, order.clone());
        }
        select.order_by("id", order).limit(u64::from(listing.page_size) + 1);
        if let Some(token) = &token {
            select.and_where(after(field, token, sort.descending));
        }

        let total = store.database().one(&count).await?.map_or(Ok(0), |row| row.count("total"))?;
        let mut rows = store.database().all(&select).await?;
        let more = rows.len() > listing.page_size as usize;
        rows.truncate(listing.page_size as usize);
        let next_page_token = match rows.last() {
            Some(last) if more => Some(store.page_key().seal(&PageToken {
                list: self.table.to_owned(),
                place: whose.place.to_owned(),
                parent: whose.parent.as_ref().map(|(_, id)| id.clone()),
                sort_field: field.name().to_owned(),
                descending: sort.descending,
                filter: filter.clone(),
                value: field.column.sort_value(last)?,
                id: last.text("id")?,
            })?),
            _ => None,
        };
        let items = rows.iter().map(self.read).collect::<Result<_, _>>()?;
        Ok(Page { items, total_size: total, next_page_token })
    }

    /// Opens the token and checks that it is for this list, this place and this question.
    fn token(&self, store: &Store, whose: &Whose<'_>, listing: &Listing) -> Result<Option<PageToken>, Failure> {
        let Some(text) = listing.page_token.as_deref().filter(|text| !text.is_empty()) else { return Ok(None) };
        let token = store.page_key().open(text)?;
        let parent = whose.parent.as_ref().map(|(_, id)| id);
        if token.list != self.table || token.place != whose.place || token.parent.as_ref() != parent {
            return Err(page_token::not_ours());
        }
        if let Some(sort) = &listing.sort {
            let same = self.sort_field(&sort.field)?.name() == token.sort_field && sort.descending == token.descending;
            if !same {
                return Err(Failure::invalid("sort_by differs from the one that page_token was given for"));
            }
        }
        if !listing.filter.predicates.is_empty() && listing.filter != token.filter {
            return Err(Failure::invalid("filter differs from the one that page_token was given for"));
        }
        Ok(Some(token))
    }

    fn sort_field(&self, name: &str) -> Result<&'static Field, Failure> {
        let field = self.fields.iter().find(|field| field.column.sorts() && field.is_called(name));
        field.ok_or_else(|| {
            let names = self.fields.iter().filter(|field| field.column.sorts()).map(Field::name).collect::<Vec<_>>();
            Failure::invalid(format!("sort_by field {name:?} is unknown: expected one of {}", names.join(", ")))
        })
    }
}

fn by_creation() -> Sort {
    Sort { field: "created_at".to_owned(), descending: false }
}

/// The rows behind the last one that was given. Written so that an index on (namespace, sort column, id) is entered
/// at the right place on all three databases.
fn after(field: &Field, token: &PageToken, descending: bool) -> Expr {
    let id = Expr::col("id");
    let beyond_id = if descending { id.lt(token.id.as_str()) } else { id.gt(token.id.as_str()) };
    let Some(column) = field.column.sort_expression() else { return beyond_id };
    let value = match &token.value {
        SortValue::Text(text) => Expr::val(text.as_str()),
        SortValue::Number(number) => Expr::val(*number),
    };
    let (from, beyond) = if descending {
        (column.clone().lte(value.clone()), column.lt(value))
    } else {
        (column.clone().gte(value.clone()), column.gt(value))
    };
    from.and(beyond.or(beyond_id))
}
