//! What an attribute becomes: the function, and beside it the type that knows its routes.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Error, Ident, Result};

use crate::arguments::{Arguments, Verb};
use crate::fitting;
use crate::function::Function;

/// The function, and its declaration beside it.
///
/// After a mistake there is as much of both as can be had, so that the compiler complains about
/// the mistake alone, and not about all that needs the function.
pub(crate) fn expand(verb: Verb, arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let function = syn::parse2::<Function>(item.clone())
        .and_then(|function| function.check().map(|()| function));
    let mut function = match function {
        Ok(function) => function,
        Err(error) => {
            let error = error.into_compile_error();
            return quote!(#error #item);
        }
    };
    let mut routes = vec![Arguments::parse(verb, arguments, Span::call_site())];
    routes.extend(function.take_routes());
    let declaration = declaration(&function, routes).unwrap_or_else(|error| Declaration {
        questions: error.into_compile_error(),
        list: quote!(::std::vec::Vec::new()),
    });
    let declared = declared(&function, &declaration);
    // A handler takes its arguments by value, whatever it does with them.
    quote! {
        #[allow(clippy::needless_pass_by_value)]
        #function
        #declared
    }
}

/// What stands in the items beside the function.
struct Declaration {
    /// What the compiler is asked, or told if there is a mistake.
    questions: TokenStream,
    /// The routes.
    list: TokenStream,
}

/// The type beside the function. The questions stand before it, so that the answers to them come
/// before what the compiler says of the function as a whole.
fn declared(function: &Function, declaration: &Declaration) -> TokenStream {
    let Declaration { questions, list } = declaration;
    let name = &function.signature.ident;
    let visibility = &function.visibility;
    let conditions: Vec<_> = function.conditions().collect();
    quote! {
        #(#conditions)*
        #[doc(hidden)]
        #[allow(
            missing_copy_implementations,
            missing_debug_implementations,
            non_camel_case_types,
            unreachable_pub
        )]
        #visibility struct #name {}

        #questions

        #(#conditions)*
        #[automatically_derived]
        #[allow(deprecated)]
        impl ::gnezdo::web::Declared for #name {
            fn routes() -> ::std::vec::Vec<::gnezdo::web::Route> {
                #list
            }
        }
    }
}

/// What the attributes of a function say about it.
fn declaration(function: &Function, routes: Vec<Result<Arguments>>) -> Result<Declaration> {
    let routes = all(routes)?;
    for blocking in routes.iter().filter_map(|route| route.blocking.as_ref()) {
        if function.signature.asyncness.is_some() {
            return Err(Error::new(
                blocking.span(),
                "an async function waits by `.await`: remove `blocking`, or `async`",
            ));
        }
    }
    let list = routes.iter().map(|route| declared_route(&function.signature.ident, route));
    Ok(Declaration {
        questions: fitting::questions(function, &routes),
        list: quote!(::std::vec::Vec::from([#(#list),*])),
    })
}

/// The arguments of all attributes, or all that is wrong with them.
fn all(routes: Vec<Result<Arguments>>) -> Result<Vec<Arguments>> {
    let mut good = Vec::new();
    let mut wrong: Option<Error> = None;
    for route in routes {
        match (route, &mut wrong) {
            (Ok(route), _) => good.push(route),
            (Err(error), Some(wrong)) => wrong.combine(error),
            (Err(error), None) => wrong = Some(error),
        }
    }
    wrong.map_or(Ok(good), Err)
}

/// The call that makes a route. It stands where the name of the function does, because that is
/// what `Location::caller()` shall say.
fn declared_route(function: &Ident, route: &Arguments) -> TokenStream {
    let Arguments { methods, pattern, name, blocking, wraps } = route;
    let place = function.span();
    let handler = match blocking {
        Some(_) => quote_spanned!(place => ::gnezdo::web::Block::blocking(#function)),
        None => quote!(#function),
    };
    let made = quote_spanned! { place =>
        ::gnezdo::web::Route::new([#(::gnezdo::http::Method::#methods),*], #pattern, #handler)
    };
    let name = name.iter();
    quote!(#made #(.name(#name))* #(.wrap(#wraps))*)
}
