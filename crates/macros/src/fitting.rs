//! Questions to the compiler, put so that its answer points to what does not fit.
//!
//! Of a function as a whole it can only say that it is no handler. Asked for one argument, for the
//! answer, or for the future, it names the one, and says why.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, ReturnType, Type};

use crate::arguments::Arguments;
use crate::function::{Function, contains_impl};

/// Types that are no futures whatever stands in them: of these the compiler can be asked whether
/// they are answers, and then tells which of their parts is none.
const NEVER_FUTURES: [&str; 4] = ["Html", "Json", "Option", "Result"];

/// A function that is never called, in which each argument and the answer stands for itself. It has
/// no name, which could be that of the user's.
pub(crate) fn questions(function: &Function, routes: &[Arguments]) -> TokenStream {
    if function.has_conditional_arguments() {
        return TokenStream::new();
    }
    let types: Vec<&Type> = function.arguments().collect();
    let names: Vec<Ident> = (0..types.len())
        .map(|index| format_ident!("argument_{index}", span = Span::mixed_site()))
        .collect();
    let arguments = about_arguments(&types);
    let answer = about_answer(function, routes);
    let future = about_future(function, &names);
    let conditions = function.conditions();
    quote! {
        #(#conditions)*
        #[allow(clippy::all, dead_code, deprecated, unused_variables)]
        const _: fn(#(#types),*) = |#(#names),*| {
            #(#arguments)*
            #answer
            #future
        };
    }
}

/// Asks whether each type is an argument, in its place.
fn about_arguments(types: &[&Type]) -> Vec<TokenStream> {
    let Some((last, others)) = types.split_last() else {
        return Vec::new();
    };
    let mut questions: Vec<TokenStream> = others
        .iter()
        .map(|other| quote_spanned!(other.span() => ::gnezdo::web::marker::looks::<#other>();))
        .collect();
    questions.push(quote_spanned!(last.span() => ::gnezdo::web::marker::takes::<#last, _>();));
    questions
}

/// Asks whether what a function returns is an answer.
fn about_answer(function: &Function, routes: &[Arguments]) -> TokenStream {
    let ReturnType::Type(_, written) = &function.signature.output else {
        // `()` is one.
        return TokenStream::new();
    };
    // Such a type can only be had from a call; it is asked for by `Route::new`.
    if contains_impl(written) {
        return TokenStream::new();
    }
    let question = if routes.iter().any(|route| route.blocking.is_some()) {
        quote!(responds::<#written>)
    } else if function.signature.asyncness.is_some() || is_never_a_future(written) {
        quote!(replies::<#written>)
    } else {
        quote!(answers::<#written, _>)
    };
    quote_spanned!(written.span() => ::gnezdo::web::marker::#question();)
}

/// Asks whether the future of an async function can go to another thread.
fn about_future(function: &Function, arguments: &[Ident]) -> Option<TokenStream> {
    function.signature.asyncness.as_ref()?;
    let name = &function.signature.ident;
    Some(quote_spanned!(name.span() => ::gnezdo::web::marker::is_sent(&#name(#(#arguments),*));))
}

fn is_never_a_future(written: &Type) -> bool {
    match written {
        Type::Tuple(_) | Type::Reference(_) | Type::Array(_) => true,
        Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|last| NEVER_FUTURES.iter().any(|name| last.ident == name)),
        _ => false,
    }
}
