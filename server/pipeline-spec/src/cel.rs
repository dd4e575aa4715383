//! The part of CEL that pipelines use: conditions and `parseJson(string_value)["key"]`.
//!
//! Our own, because the SDK writes string literals without escaping them: `x == 'it's'` and `'C:\data'` must mean what their author
//! meant, which no CEL library accepts. Numbers of parameters are doubles, as in protobuf.

mod evaluate;
mod lexer;
mod parser;

pub(crate) use evaluate::Scope;
use serde_json::Value;

/// A parsed expression.
#[derive(Debug, Clone)]
pub(crate) struct Expression(parser::Node);

impl Expression {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        parser::parse(text).map(Self)
    }
    /// The result as JSON.
    pub(crate) fn value(&self, scope: &dyn Scope) -> Result<Value, String> {
        evaluate::value(&self.0, scope)
    }
    pub(crate) fn is_true(&self, scope: &dyn Scope) -> Result<bool, String> {
        match self.value(scope)? {
            Value::Bool(result) => Ok(result),
            other => Err(format!("expected true or false from the condition, got {}", crate::values::kind(&other))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    struct Given(Value);
    impl Scope for Given {
        fn variable(&self, name: &str) -> Option<Value> {
            self.0.get(name).cloned()
        }
    }

    fn inputs() -> Given {
        Given(json!({
            "inputs": {
                "parameter_values": {"s": "heads", "n": 5.7, "i": 3, "t": true, "q": "it's", "p": "C:\\data", "text": "7", "l": [1, "a"], "neg": -2.9},
                "parameters": {"s": {"string_value": "heads"}, "i": {"int_value": 3}},
                "artifacts": {"m": {"artifacts": [{"metadata": {"accuracy": 0.95}}]}},
            },
            "string_value": "{\"A_a\": 1, \"b\": [2]}",
        }))
    }
    fn truth(text: &str) -> Result<bool, String> {
        Expression::parse(text)?.is_true(&inputs())
    }

    #[test]
    fn what_the_sdk_writes() {
        for (text, expected) in [
            ("inputs.parameter_values['s'] == 'heads'", true),
            ("inputs.parameter_values[\"s\"] != 'heads'", false),
            ("int(inputs.parameter_values['n']) == 5", true),
            ("int(inputs.parameter_values['neg']) == -2", true),
            ("double(int(inputs.parameter_values['n'])) > 4.5", true),
            ("inputs.parameter_values['i'] == 3", true),
            ("inputs.parameter_values['i'] <= 3.5", true),
            ("inputs.parameter_values['t'] == true", true),
            ("int(inputs.parameter_values['text']) >= 7", true),
            ("!(inputs.parameter_values['s'] == 'heads')", false),
            ("!(int(inputs.parameter_values['i']) < 3) && int(inputs.parameter_values['i']) == 3", true),
            ("inputs.parameter_values['s'] == 'tails' || inputs.parameter_values['s'] == 'heads'", true),
            ("inputs.parameters['s'].string_value == 'heads'", true),
            ("inputs.parameters['i'].int_value == 3", true),
            ("inputs.artifacts['m'].artifacts[0].metadata['accuracy'] > 0.9", true),
            ("size(inputs.parameter_values['l']) == 2", true),
            ("string(inputs.parameter_values['i']) == '3'", true),
            ("inputs.parameter_values['s'] < 'tails'", true),
        ] {
            assert_eq!(truth(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn unescaped_strings_mean_what_they_say() {
        for text in [
            "inputs.parameter_values['q'] == 'it's'",
            "'it's' == inputs.parameter_values['q'] && true",
            "(inputs.parameter_values['q'] == 'it's')",
            r"inputs.parameter_values['q'] == 'it\'s'",
            r"inputs.parameter_values['p'] == 'C:\data'",
            r#"inputs.parameter_values["q"] == "it's""#,
        ] {
            assert_eq!(truth(text), Ok(true), "{text}");
        }
    }

    #[test]
    fn other_types_are_unequal_and_not_ordered() {
        assert_eq!(truth("inputs.parameter_values['s'] == 3"), Ok(false));
        assert_eq!(truth("inputs.parameter_values['s'] != 3"), Ok(true));
        assert!(truth("inputs.parameter_values['s'] < 3").is_err());
        assert!(truth("inputs.parameter_values['none'] == 3").is_err());
        assert!(truth("int(inputs.parameter_values['s']) == 3").is_err());
        assert!(truth("inputs.parameter_values['s']").is_err());
        // An operand that decides alone hides the other's error.
        assert_eq!(truth("inputs.parameter_values['none'] == 3 || true"), Ok(true));
        assert_eq!(truth("inputs.parameter_values['none'] == 3 && false"), Ok(false));
    }

    #[test]
    fn selectors_look_into_json_text() {
        let select = |text: &str| Expression::parse(text).and_then(|one| one.value(&inputs()));
        assert_eq!(select(r#"parseJson(string_value)["A_a"]"#), Ok(json!(1)));
        assert_eq!(select(r#"parseJson(string_value)["b"][0]"#), Ok(json!(2)));
        assert!(select(r#"parseJson(string_value)["x"]"#).is_err());
        assert!(select("parseJson('{')").is_err());
    }

    #[test]
    fn nonsense_is_refused_without_panic() {
        let deep = "(".repeat(100_000);
        let chain = "!".repeat(100_000);
        for text in
            ["", "a ==", "a b", "'open", "f(x)", "a == (b", "a[", "1..2", "a.b.", "&&", "a & b", "é", &deep, &chain]
        {
            assert!(Expression::parse(text).is_err(), "{}", &text[..text.len().min(20)]);
        }
    }
}
