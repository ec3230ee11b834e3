package io.microspring.transport;

import java.util.concurrent.CompletableFuture;

/**
 * A socket of the HTTP transport, which waits for it when it closes.
 */
interface NettySocket extends Socket {

	/**
	 * Done when everything that was sent before the socket was closed has been written.
	 * @return the future
	 */
	CompletableFuture<Void> finished();

}
