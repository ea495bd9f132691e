//! The attribute `tool`, which makes a tool of an async function. `fumehood-tools` documents it, with examples.

#![forbid(unsafe_code)]

mod declared;
mod written;

use proc_macro::TokenStream;

/// Makes a tool of an async function; see the module `rust` of `fumehood-tools`.
#[proc_macro_attribute]
pub fn tool(attribute: TokenStream, function: TokenStream) -> TokenStream {
    if !attribute.is_empty() {
        let told = "`tool` takes nothing: what it needs to know, it reads off the function";
        let error = syn::Error::new(proc_macro2::Span::call_site(), told);
        return error.into_compile_error().into();
    }
    let function = syn::parse_macro_input!(function as syn::ItemFn);
    match declared::Declared::read(function) {
        Ok(declared) => written::written(declared).into(),
        Err(error) => error.into_compile_error().into(),
    }
}
