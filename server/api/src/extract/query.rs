use crate::reply::Refusal;
use axum::extract::FromRequestParts;
use http::request::Parts;
use model::{Failure, Listing, PipelineId, Scope};
use percent_encoding::percent_decode_str;
use wire::ListQuery;

/// The query parameters. Unknown ones are ignored, as in KFP; a repeated one is nobody's guess to make.
pub(crate) struct Query(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Ok(Self::parse(parts.uri.query().unwrap_or_default())?)
    }
}

impl Query {
    fn parse(text: &str) -> Result<Self, Failure> {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let key = decode(key).ok_or_else(|| Failure::invalid("the query has a name that is not UTF-8"))?;
            let value = decode(value).ok_or_else(|| {
                Failure::invalid(format!("query parameter {key:?} is not UTF-8 without NUL characters after decoding"))
            })?;
            Ok((key, value))
        });
        pairs.collect::<Result<_, _>>().map(Self)
    }

    /// The value of `name`, in snake or camel case; empty when it is absent.
    pub(crate) fn text(&self, name: &str) -> Result<&str, Failure> {
        let mut values = self.0.iter().filter(|(key, _)| wire::spells(key, name)).map(|(_, value)| value.as_str());
        let value = values.next().unwrap_or_default();
        match values.next() {
            None => Ok(value),
            Some(_) => Err(Failure::invalid(format!("query parameter {name} is given more than once"))),
        }
    }

    /// A bool as Go reads it; absent or empty is false.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Failure> {
        match self.text(name)? {
            "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
            "" | "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
            other => Err(Failure::invalid(format!("query parameter {name} is {other:?}: expected true or false"))),
        }
    }

    /// `namespace`, where empty means shared.
    pub(crate) fn scope(&self) -> Result<Scope, Failure> {
        Scope::parse(self.text("namespace")?)
    }

    /// `pipelineid`: whose version is uploaded.
    pub(crate) fn pipeline_of_version(&self) -> Result<PipelineId, Failure> {
        match self.text("pipelineid")? {
            "" => Err(Failure::invalid("query parameter pipelineid is missing: expected a pipeline's id")),
            id => id.parse(),
        }
    }

    /// The list's parameters, read as `read` has them.
    pub(crate) fn listing_by(&self, read: fn(ListQuery<'_>) -> Result<Listing, Failure>) -> Result<Listing, Failure> {
        read(ListQuery {
            page_size: self.text("page_size")?,
            page_token: self.text("page_token")?,
            sort_by: self.text("sort_by")?,
            filter: self.text("filter")?,
        })
    }

    pub(crate) fn listing(&self) -> Result<Listing, Failure> {
        self.listing_by(wire::listing)
    }
}

fn decode(text: &str) -> Option<String> {
    let text = text.replace('+', " ");
    let text = percent_decode_str(&text).decode_utf8().ok()?;
    (!text.contains('\0')).then(|| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_once_and_found_in_both_spellings() {
        let query = Query::parse("pageSize=5&name=a+b%2Bc%C3%A9&flag=&&bare").unwrap();
        assert_eq!(query.text("page_size"), Ok("5"));
        assert_eq!(query.text("name"), Ok("a b+cé"));
        assert_eq!(query.text("bare"), Ok(""));
        assert_eq!(query.text("absent"), Ok(""));
        assert_eq!(query.flag("flag"), Ok(false));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_name() {
        let twice = Query::parse("namespace=team-a&namespace=team-b").unwrap();
        assert!(twice.text("namespace").unwrap_err().message.contains("namespace"));
        assert!(Query::parse("namespace=%FF").err().unwrap().message.contains("namespace"));
        assert!(Query::parse("namespace=%00").err().unwrap().message.contains("namespace"));
        let flag = Query::parse("cascade=perhaps").unwrap();
        assert!(flag.flag("cascade").unwrap_err().message.contains("cascade"));
    }
}
