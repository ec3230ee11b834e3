package io.microspring.server;

import io.microspring.codec.Codec;
import io.microspring.codec.Codecs;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Metadata;
import io.microspring.transport.Multiplexed;
import org.jspecify.annotations.Nullable;

/**
 * What calls with the same template have in common.
 *
 * @param route the endpoint, or null when there is an error
 * @param codec the codec of request and answer, or null when there is an error
 * @param metadata what every handler is told
 * @param propagated which of it goes on to calls made from inside; null when that depends
 * on the call
 * @param error why such calls cannot be answered, or null
 */
record SharedKind(@Nullable Route route, @Nullable Codec codec, Metadata metadata, @Nullable Metadata propagated,
		@Nullable MicroException error) {

	static SharedKind of(Metadata template, RpcServer server, Multiplexed connection) {
		Metadata metadata = template.toBuilder()
			.set(Headers.LOCAL, connection.local())
			.set(Headers.REMOTE, connection.remote())
			.build();
		boolean depends = !server.propagated(Metadata.of(Headers.ID, "0", Headers.TIMEOUT, "0")).isEmpty();
		Metadata propagated = depends ? null : server.propagated(metadata);
		try {
			Route route = MuxDialect.route(template, server.routes);
			String contentType = template.getOrDefault(Headers.CONTENT_TYPE, Codecs.PROTOBUF);
			Codec codec = MuxDialect.codec(server.codecs, contentType);
			if (route.streams()) {
				throw MicroException.badRequest(server.name(), route.endpoint() + " streams: it is opened, not called");
			}
			return new SharedKind(route, codec, metadata, propagated, null);
		}
		catch (MicroException ex) {
			return new SharedKind(null, null, metadata, propagated, ex);
		}
	}

	/** Whether it is still true: handlers may be added, or replace a Debug handler. */
	boolean isCurrent(RpcServer server) {
		Route known = this.route;
		return known != null && server.routes.find(known.endpoint()) == known;
	}

}
