//! The function below an attribute: its head is read, its body stays what it is.
//!
//! The body is not read, because it is the compiler that should complain about it, and because an
//! editor asks for expansions while it is being written.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Attribute, Error, FnArg, Meta, Result, Safety, Signature, Token, Type, Visibility};

use crate::arguments::{Arguments, Verb};

/// How many arguments a handler takes at most: those of `Handler`.
const ARGUMENTS_MAX: usize = 12;

/// What may stand between the visibility of a function and `fn`.
const BEFORE_FN: [&str; 4] = ["const", "async", "unsafe", "extern"];

/// A function that is a route.
pub(crate) struct Function {
    attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    body: TokenStream,
}

impl Function {
    /// Takes away the attributes that declare routes as well, each for what it says.
    pub(crate) fn take_routes(&mut self) -> Vec<Result<Arguments>> {
        let mut routes = Vec::new();
        self.attributes.retain(|attribute| match route_of(attribute) {
            Some(route) => {
                routes.push(route);
                false
            }
            None => true,
        });
        routes
    }

    /// Under which conditions the function is there.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"))
    }

    /// The types of the arguments.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = &Type> {
        self.signature.inputs.iter().filter_map(|argument| match argument {
            FnArg::Typed(argument) => Some(&*argument.ty),
            FnArg::Receiver(_) => None,
        })
    }

    /// Whether an argument is there under conditions only.
    pub(crate) fn has_conditional_arguments(&self) -> bool {
        self.signature.inputs.iter().any(|argument| match argument {
            FnArg::Typed(argument) => !argument.attrs.is_empty(),
            FnArg::Receiver(_) => false,
        })
    }

    /// Looks whether a function of this kind can be a handler.
    pub(crate) fn check(&self) -> Result<()> {
        let refuse = |place: Span, reason| Err(Error::new(place, reason));
        let signature = &self.signature;
        if let Some(receiver) = signature.receiver() {
            return refuse(
                receiver.span(),
                "a method cannot be a route, as nobody has the value to call it on: write a \
                 function, and take what it needs by `State<…>`",
            );
        }
        if let Some(generic) = signature.generics.params.first() {
            return refuse(
                generic.span(),
                "a generic function cannot be a route: write the types that it is called with",
            );
        }
        if let Some(argument) = self.arguments().find(contains_impl) {
            return refuse(
                argument.span(),
                "an argument of a route has a type that is known: write it in place of `impl …`",
            );
        }
        if let Some(extra) = signature.inputs.iter().nth(ARGUMENTS_MAX) {
            let count = signature.inputs.len();
            let reason = format!(
                "a handler takes up to {ARGUMENTS_MAX} arguments, and this one has {count}: make \
                 one type of several by `FromHead`"
            );
            return Err(Error::new(extra.span(), reason));
        }
        if let Safety::Unsafe(word) = &signature.safety {
            return refuse(word.span(), "an unsafe function cannot be a route: remove `unsafe`");
        }
        if let Some(abi) = &signature.abi {
            return refuse(abi.span(), "a foreign function cannot be a route: remove `extern`");
        }
        Ok(())
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        if !begins_function(input) {
            return Err(input.error("a route is declared on a function: `fn` or `async fn`"));
        }
        Ok(Self { attributes, visibility, signature: input.parse()?, body: input.parse()? })
    }
}

/// Whether `fn` comes, after words that may stand before it.
fn begins_function(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    while !ahead.peek(Token![fn]) {
        match ahead.parse() {
            Ok(TokenTree::Ident(word)) if BEFORE_FN.iter().any(|before| word == before) => {}
            // The ABI of `extern "C"`.
            Ok(TokenTree::Literal(_)) => {}
            _ => return false,
        }
    }
    true
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append_all(&self.attributes);
        self.visibility.to_tokens(tokens);
        self.signature.to_tokens(tokens);
        self.body.to_tokens(tokens);
    }
}

/// What an attribute declares, if it is one of ours: `get`, or `gnezdo::get`.
fn route_of(attribute: &Attribute) -> Option<Result<Arguments>> {
    let path = &attribute.path().segments;
    if path.len() > 1 && path.first()?.ident != "gnezdo" {
        return None;
    }
    let verb = Verb::named(&path.last()?.ident)?;
    let tokens = match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    };
    Some(Arguments::parse(verb, tokens, attribute.span()))
}

/// Whether a type is one that only the compiler can name.
pub(crate) fn contains_impl(written: &impl ToTokens) -> bool {
    written.to_token_stream().into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "impl",
        TokenTree::Group(group) => contains_impl(&group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
