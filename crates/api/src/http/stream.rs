//! Answers that are made piece by piece on threads that may block.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::web::{self, Bytes};
use futures_core::Stream;

type Step<S> = app::Result<Option<(Bytes, S)>>;
type Pending<S> = Pin<Box<dyn Future<Output = std::result::Result<Step<S>, actix_web::error::BlockingError>>>>;

/// A stream of the pieces that `step` makes, each from the state that the one before left; it ends with `None`.
pub(crate) struct Pieces<S> {
    state: Option<S>,
    step: fn(S) -> Step<S>,
    pending: Option<Pending<S>>,
}

impl<S: Send + Unpin + 'static> Pieces<S> {
    /// A stream that begins with this state.
    pub(crate) fn new(state: S, step: fn(S) -> Step<S>) -> Self {
        Self { state: Some(state), step, pending: None }
    }
}

impl<S: Send + Unpin + 'static> Stream for Pieces<S> {
    type Item = Result<Bytes, actix_web::Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.pending.is_none() {
            let Some(state) = this.state.take() else { return Poll::Ready(None) };
            let step = this.step;
            this.pending = Some(Box::pin(web::block(move || step(state))));
        }
        let Some(pending) = this.pending.as_mut() else { return Poll::Ready(None) };
        let Poll::Ready(done) = pending.as_mut().poll(cx) else { return Poll::Pending };
        this.pending = None;
        match done {
            Ok(Ok(Some((bytes, state)))) => {
                this.state = Some(state);
                Poll::Ready(Some(Ok(bytes)))
            }
            Ok(Ok(None)) => Poll::Ready(None),
            // The answer has begun, so that all that is left is to break it off.
            Ok(Err(error)) => Poll::Ready(Some(Err(actix_web::error::ErrorInternalServerError(format!("{error:?}"))))),
            Err(error) => Poll::Ready(Some(Err(error.into()))),
        }
    }
}

type Making<S> = Pin<Box<dyn Future<Output = Option<(Bytes, S)>>>>;

/// A stream of the pieces that an asynchronous step makes, each from the state that the one before left.
pub(crate) struct Steps<S> {
    step: fn(S) -> Making<S>,
    pending: Option<Making<S>>,
}

impl<S: 'static> Steps<S> {
    /// A stream that begins with this state.
    pub(crate) fn new(state: S, step: fn(S) -> Making<S>) -> Self {
        Self { step, pending: Some(step(state)) }
    }
}

impl<S: 'static> Stream for Steps<S> {
    type Item = Result<Bytes, actix_web::Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let Some(pending) = this.pending.as_mut() else { return Poll::Ready(None) };
        let Poll::Ready(made) = pending.as_mut().poll(cx) else { return Poll::Pending };
        this.pending = None;
        Poll::Ready(made.map(|(bytes, state)| {
            this.pending = Some((this.step)(state));
            Ok(bytes)
        }))
    }
}
