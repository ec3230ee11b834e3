package io.microspring.transport;

import java.net.InetSocketAddress;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;

/**
 * A bound port of the HTTP transport.
 */
final class HttpListener implements Listener {

	private final Channel channel;

	private final String address;

	HttpListener(Channel channel) {
		this.channel = channel;
		InetSocketAddress bound = (InetSocketAddress) channel.localAddress();
		String host = bound.getAddress().isAnyLocalAddress() && bound.getAddress().getAddress().length > 4 ? "::"
				: bound.getAddress().getHostAddress();
		this.address = Address.join(host, bound.getPort());
	}

	@Override
	public String address() {
		return this.address;
	}

	@Override
	public void close() {
		ChannelFuture closed = this.channel.close();
		if (!this.channel.eventLoop().inEventLoop()) {
			closed.awaitUninterruptibly();
		}
	}

	@Override
	public String toString() {
		return "http listener on " + this.address;
	}

}
