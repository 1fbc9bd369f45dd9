//! What stands in the parentheses of an attribute: the pattern first, the rest in any order.

use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Error, Expr, Ident, LitStr, Result, Token, bracketed};

use crate::pattern;

/// The methods that a route may have by attribute: those of RFC 9110 §9 and RFC 5789.
const METHODS: [&str; 9] =
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];

/// Which attribute it is.
#[derive(Clone, Copy)]
pub(crate) enum Verb {
    /// That of a method, such as `#[get]` of `GET`.
    Method(&'static str),
    /// `#[route]`, which says its methods itself.
    Route,
}

impl Verb {
    /// The attribute of this name.
    pub(crate) fn named(name: &Ident) -> Option<Self> {
        let name = name.to_string();
        if name == "route" {
            return Some(Self::Route);
        }
        let own = METHODS.into_iter().filter(|method| !matches!(*method, "CONNECT" | "TRACE"));
        own.into_iter().find(|method| method.to_ascii_lowercase() == name).map(Self::Method)
    }
}

/// A route, as an attribute declares it.
pub(crate) struct Arguments {
    /// None for all of them.
    pub(crate) methods: Vec<Ident>,
    pub(crate) pattern: LitStr,
    pub(crate) name: Option<LitStr>,
    /// The word `blocking`, where it was written.
    pub(crate) blocking: Option<Ident>,
    pub(crate) wraps: Vec<Expr>,
}

impl Arguments {
    /// Reads what stands in the parentheses; `place` is where the attribute is.
    pub(crate) fn parse(verb: Verb, tokens: TokenStream, place: Span) -> Result<Self> {
        if tokens.is_empty() {
            return Err(Error::new(place, "the pattern of the route is missing: write (\"/\")"));
        }
        let arguments = Parser::parse2(|input: ParseStream<'_>| Self::read(verb, input), tokens)?;
        pattern::check(&arguments.pattern)?;
        Ok(arguments)
    }

    fn read(verb: Verb, input: ParseStream<'_>) -> Result<Self> {
        let mut arguments = Self {
            methods: Vec::new(),
            pattern: pattern_text(input)?,
            name: None,
            blocking: None,
            wraps: Vec::new(),
        };
        if let Verb::Method(method) = verb {
            arguments.methods.push(Ident::new(method, Span::call_site()));
        }
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            arguments.read_one(verb, input)?;
        }
        Ok(arguments)
    }

    fn read_one(&mut self, verb: Verb, input: ParseStream<'_>) -> Result<()> {
        let key = Ident::parse_any(input)?;
        match (key.to_string().as_str(), verb) {
            ("name", _) if self.name.is_some() => Err(twice(&key)),
            ("name", _) => {
                self.name = Some(value(&key, "name = \"home\"", input)?);
                Ok(())
            }
            ("blocking", _) if self.blocking.is_some() => Err(twice(&key)),
            ("blocking", _) => {
                self.blocking = Some(key);
                Ok(())
            }
            ("wrap", _) => {
                self.wraps.push(value(&key, "wrap = a_middleware", input)?);
                Ok(())
            }
            ("methods", Verb::Route) if !self.methods.is_empty() => Err(twice(&key)),
            ("methods", Verb::Route) => {
                let Methods(methods) = value(&key, "methods = [\"GET\", \"POST\"]", input)?;
                self.methods = methods;
                Ok(())
            }
            ("methods" | "method", Verb::Method(method)) => Err(Error::new(
                key.span(),
                format!("this attribute is for {method} only: for other methods write #[route(…)]"),
            )),
            (other, _) => Err(Error::new(key.span(), unknown(other, verb))),
        }
    }
}

/// The first argument.
fn pattern_text(input: ParseStream<'_>) -> Result<LitStr> {
    input.parse().map_err(|error| {
        Error::new(
            error.span(),
            "the pattern comes first and is a string literal, such as \"/user/{name}\"; one that \
             is computed goes to `App::get` and its like",
        )
    })
}

/// What stands behind the equals sign.
fn value<T: Parse>(key: &Ident, example: &str, input: ParseStream<'_>) -> Result<T> {
    if !input.peek(Token![=]) {
        return Err(Error::new(key.span(), format!("`{key}` needs a value: write {example}")));
    }
    input.parse::<Token![=]>()?;
    input.parse()
}

fn twice(key: &Ident) -> Error {
    Error::new(key.span(), format!("`{key}` is there twice; remove one of the two"))
}

fn unknown(argument: &str, verb: Verb) -> String {
    let methods = match verb {
        Verb::Method(_) => "",
        Verb::Route => "`methods = [\"…\"]`, ",
    };
    format!(
        "there is no argument `{argument}`; there are {methods}`name = \"…\"`, `blocking` and \
         `wrap = …`"
    )
}

/// A list of methods in brackets.
struct Methods(Vec<Ident>);

impl Parse for Methods {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let list;
        let brackets = bracketed!(list in input);
        let methods = Punctuated::<LitStr, Token![,]>::parse_terminated(&list)?;
        if methods.is_empty() {
            return Err(Error::new(
                brackets.span.join(),
                "there is no method: name one, or leave out `methods` for all of them",
            ));
        }
        methods.iter().map(method).collect::<Result<_>>().map(Self)
    }
}

fn method(written: &LitStr) -> Result<Ident> {
    let text = written.value();
    if METHODS.contains(&text.as_str()) {
        return Ok(Ident::new(&text, Span::call_site()));
    }
    let capitals = text.to_ascii_uppercase();
    let message = if METHODS.contains(&capitals.as_str()) {
        format!("methods are written in capitals: \"{capitals}\"")
    } else {
        format!(
            "there is no method {text:?} among {}; one of your own goes to `Route::new`",
            METHODS.join(", ")
        )
    };
    Err(Error::new(written.span(), message))
}
