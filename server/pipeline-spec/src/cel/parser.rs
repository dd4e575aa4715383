use super::lexer::{Token, tokens};

#[derive(Debug, Clone)]
pub(super) enum Node {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(String),
    Name(String),
    Field(Box<Self>, String),
    Index(Box<Self>, Box<Self>),
    Call(Function, Box<Self>),
    Not(Box<Self>),
    Minus(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Compare(Comparison, Box<Self>, Box<Self>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Int,
    Double,
    String,
    ParseJson,
    Size,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

const MAX_LENGTH: usize = 64 << 10;
/// Nesting, and operators in one row: the tree is walked by recursion.
const MAX_DEPTH: usize = 200;

pub(super) fn parse(text: &str) -> Result<Node, String> {
    if text.len() > MAX_LENGTH {
        return Err(format!("the expression is longer than {MAX_LENGTH} bytes"));
    }
    let wrong = |message: String| {
        format!("cannot read the expression `{}`: {message}", text.chars().take(200).collect::<String>())
    };
    let mut parser = Parser { tokens: tokens(text).map_err(wrong)?, at: 0, depth: 0 };
    let node = parser.or().map_err(wrong)?;
    match parser.tokens.get(parser.at) {
        None => Ok(node),
        Some(_) => Err(wrong("it goes on where an end was expected".to_owned())),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn sign(&mut self, sign: &str) -> bool {
        let here = matches!(self.tokens.get(self.at), Some(Token::Sign(found)) if *found == sign);
        self.at += usize::from(here);
        here
    }
    fn expect(&mut self, sign: &str) -> Result<(), String> {
        if self.sign(sign) { Ok(()) } else { Err(format!("expected \"{sign}\"")) }
    }
    fn deeper(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err("it nests too deep".to_owned()) } else { Ok(()) }
    }
    fn or(&mut self) -> Result<Node, String> {
        let before = self.depth;
        self.deeper()?;
        let mut left = self.and()?;
        while self.sign("||") {
            self.deeper()?;
            left = Node::Or(Box::new(left), Box::new(self.and()?));
        }
        self.depth = before;
        Ok(left)
    }
    fn and(&mut self) -> Result<Node, String> {
        let before = self.depth;
        let mut left = self.comparison()?;
        while self.sign("&&") {
            self.deeper()?;
            left = Node::And(Box::new(left), Box::new(self.comparison()?));
        }
        self.depth = before;
        Ok(left)
    }
    fn comparison(&mut self) -> Result<Node, String> {
        const SIGNS: [(&str, Comparison); 6] = [
            ("==", Comparison::Equal),
            ("!=", Comparison::Unequal),
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ];
        let before = self.depth;
        let mut left = self.unary()?;
        while let Some((_, comparison)) = SIGNS.iter().find(|(sign, _)| self.sign(sign)) {
            self.deeper()?;
            left = Node::Compare(*comparison, Box::new(left), Box::new(self.unary()?));
        }
        self.depth = before;
        Ok(left)
    }
    fn unary(&mut self) -> Result<Node, String> {
        let before = self.depth;
        let node = if self.sign("!") {
            self.deeper()?;
            Node::Not(Box::new(self.unary()?))
        } else if self.sign("-") {
            self.deeper()?;
            Node::Minus(Box::new(self.unary()?))
        } else {
            self.member()?
        };
        self.depth = before;
        Ok(node)
    }
    fn member(&mut self) -> Result<Node, String> {
        let before = self.depth;
        let mut node = self.primary()?;
        loop {
            if self.sign(".") {
                self.deeper()?;
                let Some(Token::Name(name)) = self.tokens.get(self.at).cloned() else {
                    return Err("expected a field's name after \".\"".to_owned());
                };
                self.at += 1;
                node = Node::Field(Box::new(node), name);
            } else if self.sign("[") {
                self.deeper()?;
                let index = self.or()?;
                self.expect("]")?;
                node = Node::Index(Box::new(node), Box::new(index));
            } else {
                self.depth = before;
                return Ok(node);
            }
        }
    }
    fn primary(&mut self) -> Result<Node, String> {
        if self.sign("(") {
            let node = self.or()?;
            self.expect(")")?;
            return Ok(node);
        }
        let token = self.tokens.get(self.at).cloned().ok_or("it ends too early")?;
        self.at += 1;
        Ok(match token {
            Token::Int(value) => Node::Int(value),
            Token::Double(value) => Node::Double(value),
            Token::Text(text) => Node::Text(text),
            Token::Name(name) => match name.as_str() {
                "true" | "True" => Node::Bool(true),
                "false" | "False" => Node::Bool(false),
                "null" => Node::Null,
                _ if self.sign("(") => {
                    let function = match name.as_str() {
                        "int" => Function::Int,
                        "double" => Function::Double,
                        "string" => Function::String,
                        "parseJson" => Function::ParseJson,
                        "size" => Function::Size,
                        other => return Err(format!("there is no function \"{other}\"")),
                    };
                    let argument = self.or()?;
                    self.expect(")")?;
                    Node::Call(function, Box::new(argument))
                }
                _ => Node::Name(name),
            },
            Token::Sign(sign) => return Err(format!("unexpected \"{sign}\"")),
        })
    }
}
