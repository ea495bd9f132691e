//! Names and their addresses: looked up once, checked, and connected to.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use super::error::Refusal;
use super::target::check_address;

/// No name has more addresses than are looked at.
const ADDRESSES: usize = 64;

/// What [`Resolver::resolve`] returns.
pub type ResolveFuture<'a> =
    Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// Looks names up. What it answers is checked, and connected to as it is: nobody looks a second time.
///
/// # Examples
///
/// ```
/// use fumehood_tools::egress::{ResolveFuture, Resolver};
///
/// struct Pinned;
///
/// impl Resolver for Pinned {
///     fn resolve(&self, name: &str) -> ResolveFuture<'_> {
///         let known = name == "service.internal";
///         Box::pin(async move {
///             if known { Ok(vec!["10.0.0.7".parse().unwrap()]) } else { Ok(Vec::new()) }
///         })
///     }
/// }
/// ```
pub trait Resolver: Send + Sync + 'static {
    /// The addresses of a host; none, if there is no such name.
    fn resolve(&self, name: &str) -> ResolveFuture<'_>;
}

/// The resolver of the system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve(&self, name: &str) -> ResolveFuture<'_> {
        let name = name.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Gives the client the addresses of a name, all of which may be connected to, or none.
pub(super) struct Checking {
    pub(super) resolver: Arc<dyn Resolver>,
    /// Whether private addresses are allowed.
    pub(super) private: bool,
}

/// Why a name has no address that can be used.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum Unresolved {
    #[error(transparent)]
    Refused(Refusal),
    #[error("{0}")]
    Failed(String),
}

impl reqwest::dns::Resolve for Checking {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let (resolver, private) = (Arc::clone(&self.resolver), self.private);
        Box::pin(async move {
            let name = name.as_str();
            let found = resolver.resolve(name).await;
            let mut found = found.map_err(|error| Unresolved::Failed(error.to_string()))?;
            found.truncate(ADDRESSES);
            if found.is_empty() {
                return Err(Unresolved::Failed("there is no such name".to_owned()).into());
            }
            // One that may not be is reason enough: whoever answers with both kinds hopes for the other.
            for address in &found {
                check_address(name, *address, private).map_err(Unresolved::Refused)?;
            }
            let addresses = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as reqwest::dns::Addrs)
        })
    }
}
