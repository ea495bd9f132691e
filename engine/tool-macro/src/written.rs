//! The function that makes the tool.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::declared::{Declared, Given, Parameter};

pub(crate) fn written(declared: Declared) -> TokenStream {
    let Declared {
        visibility,
        attributes,
        name,
        description,
        given,
        parameters,
        context,
        output,
        fails,
        body,
    } = declared;
    let tool_name = name.to_string();
    let tool_name = tool_name.strip_prefix("r#").unwrap_or(&tool_name);
    let (given_names, given_kinds): (Vec<_>, Vec<_>) =
        given.into_iter().map(|Given { name, kind }| (name, kind)).unzip();
    let mut fields = Vec::new();
    let mut defaults = Vec::new();
    let mut names = Vec::new();
    for Parameter { name, kind, documentation, default } in parameters {
        let default = default.map(|default| {
            let function = format_ident!("default_of_{}", name);
            defaults.push(quote! { fn #function() -> #kind { #default } });
            let function = function.to_string();
            quote! { #[serde(default = #function)] }
        });
        fields.push(quote! { #(#documentation)* #default #name: #kind });
        names.push(name);
    }
    let context = context.map_or_else(
        || quote! { _: ::fumehood_tools::rust::CallContext },
        |(name, kind)| quote! { #name: #kind },
    );
    // A body that never fails is one that could.
    let (answer, answering) = if fails {
        (quote! { #output }, quote! { async move #body })
    } else {
        let answer = quote! { ::core::result::Result<#output, ::core::convert::Infallible> };
        (answer, quote! { async move { ::core::result::Result::Ok(async move #body.await) } })
    };
    quote! {
        #[doc = #description]
        #(#attributes)*
        #visibility fn #name(#(#given_names: #given_kinds),*)
            -> impl ::fumehood_tools::rust::Tool + use<>
        {
            #(#defaults)*

            #[derive(
                ::fumehood_tools::rust::serde::Deserialize,
                ::fumehood_tools::rust::schemars::JsonSchema,
            )]
            #[serde(crate = "::fumehood_tools::rust::serde")]
            #[schemars(crate = "::fumehood_tools::rust::schemars")]
            struct Parameters { #(#fields),* }

            ::fumehood_tools::rust::typed(
                #tool_name,
                #description,
                move |Parameters { #(#names),* }: Parameters, #context| {
                    #(let #given_names = ::core::clone::Clone::clone(&#given_names);)*
                    let answering = #answering;
                    async move { let answer: #answer = answering.await; answer }
                },
            )
        }
    }
}
