//! Questions to the compiler, put so that its answer points to what does not fit.
//!
//! Of a function as a whole it can only say that it is no handler. Asked for one argument, for the
//! answer, or for the future, it names the one, and says why.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{ReturnType, Type};

use crate::arguments::Arguments;
use crate::function::{Function, contains_impl};

/// Types that are no futures whatever stands in them: of these the compiler can be asked whether
/// they are answers, and then tells which of their parts is none.
const NEVER_FUTURES: [&str; 4] = ["Html", "Json", "Option", "Result"];

/// A function that is never called, in which each argument and the answer stands for itself.
pub(crate) fn questions(function: &Function, routes: &[Arguments]) -> TokenStream {
    if function.has_conditional_arguments() {
        return TokenStream::new();
    }
    let types: Vec<&Type> = function.arguments().collect();
    let names: Vec<_> = (0..types.len()).map(|index| format_ident!("argument_{index}")).collect();
    let arguments = types.iter().enumerate().map(|(index, written)| match index + 1 {
        position if position == types.len() => {
            quote_spanned!(written.span() => ::gnezdo::web::marker::takes::<#written, _>();)
        }
        _ => quote_spanned!(written.span() => ::gnezdo::web::marker::looks::<#written>();),
    });
    let answer = about_answer(function, routes);
    let name = &function.signature.ident;
    let future = function.signature.asyncness.as_ref().map(|_| {
        quote_spanned! { name.span() =>
            let future = #name(#(#names),*);
            ::gnezdo::web::marker::is_sent(&future);
        }
    });
    quote! {
        #[allow(clippy::all, dead_code, unused_variables)]
        fn fitting(#(#names: #types),*) {
            #(#arguments)*
            #answer
            #future
        }
    }
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
