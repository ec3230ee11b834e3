package io.microspring.server;

import java.util.Locale;

import io.microspring.call.Deadline;
import io.microspring.call.GrpcTimeout;
import io.microspring.codec.Codec;
import io.microspring.codec.Codecs;
import io.microspring.errors.GrpcStatus;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.Socket;
import org.jspecify.annotations.Nullable;

/**
 * gRPC, for go-micro's clients and all others (protocol reference §4).
 * <p>
 * A caller counts as go-micro's when it sends {@code x-content-type}, as each of its
 * generations does: it is told errors in details of its own kind, see {@link GrpcStatus}.
 */
final class GrpcDialect implements CallDialect {

	private static final String CONTENT_TYPE = "application/grpc";

	/** What a go-micro caller asked for, where the content type does not say more. */
	private static final String REQUESTED_TYPE = "x-content-type";

	private static final String GZIP = "gzip";

	private static final Metadata COMPRESSED = Metadata.of(Headers.COMPRESSED, "true");

	private static final Metadata UNCOMPRESSED = Metadata.of(Headers.COMPRESSED, "false");

	private static final Message END = Message.of(Metadata.of(Headers.END, "", "grpc-status", "0"));

	private final Metadata request;

	private final RpcServer server;

	/** Whether to compress what is sent; null until somebody says so. */
	private volatile @Nullable Boolean compress;

	GrpcDialect(Metadata request, RpcServer server) {
		this.request = request;
		this.server = server;
		this.compress = server.compresses() ? Boolean.TRUE : null;
	}

	@Override
	public Metadata request() {
		return this.request;
	}

	@Override
	public Route route(Routes routes) {
		String path = this.request.getOrDefault(Headers.PATH, "");
		Route exact = routes.grpc(path);
		if (exact != null) {
			return exact;
		}
		int method = path.lastIndexOf('/');
		if (method < 1 || path.charAt(0) != '/' || method == path.length() - 1) {
			throw MicroException.plain(400, "malformed method name: " + path);
		}
		String handler = path.substring(Math.max(path.lastIndexOf('.', method), path.lastIndexOf('/', method - 1)) + 1,
				method);
		Route route = routes.find(handler + "." + path.substring(method + 1));
		if (route == null) {
			throw MicroException.plain(501, "unknown service "
					+ (routes.hasHandler(handler) ? handler + "." + path.substring(method + 1) : handler));
		}
		return route;
	}

	/**
	 * The codec that the content type names behind its {@code +}; where it names none,
	 * the one that go-micro says beside it, as its first generation does; else protobuf.
	 */
	@Override
	public Codec codec() {
		String contentType = this.request.getOrDefault(Headers.CONTENT_TYPE, CONTENT_TYPE);
		String subtype = subtype(contentType);
		if (subtype.isEmpty()) {
			subtype = subtype(this.request.getOrDefault(REQUESTED_TYPE, CONTENT_TYPE));
		}
		Codec codec = this.server.codecs.find(switch (subtype) {
			case "", "proto", "protobuf", "octet-stream" -> Codecs.PROTOBUF;
			case "json" -> Codecs.JSON;
			case "bytes" -> Codecs.BYTES;
			default -> "application/" + subtype;
		});
		if (codec == null) {
			throw MicroException.plain(501, "Unsupported Content-Type: " + contentType + "; supported are "
					+ String.join(", ", this.server.codecs.contentTypes()) + " as application/grpc+...");
		}
		return codec;
	}

	/** {@code json} of application/grpc+json and of application/json, in lower case. */
	private static String subtype(String contentType) {
		int end = contentType.indexOf(';');
		String bare = ((end < 0) ? contentType : contentType.substring(0, end)).trim().toLowerCase(Locale.ROOT);
		if (bare.equals(CONTENT_TYPE)) {
			return "";
		}
		if (bare.startsWith(CONTENT_TYPE)) {
			return bare.substring(CONTENT_TYPE.length() + 1);
		}
		return bare.substring(bare.indexOf('/') + 1);
	}

	/**
	 * As go-micro's server shows it: everything but what belongs to gRPC itself.
	 */
	@Override
	public Metadata metadata(Socket socket) {
		Metadata.Builder metadata = Metadata.builder();
		this.request.forEach((name, value) -> {
			if (!isGrpcs(name)) {
				metadata.set(name, value);
			}
		});
		return metadata.set(Headers.REMOTE, socket.remote()).build();
	}

	private static boolean isGrpcs(String name) {
		return (name.startsWith(":") && !name.equals(":authority")) || name.startsWith("grpc-") || name.equals("te")
				|| name.equalsIgnoreCase(Headers.TIMEOUT) || name.equals(REQUESTED_TYPE)
				|| name.equalsIgnoreCase(Headers.LOCAL);
	}

	/** The earlier of gRPC's and go-micro's own. */
	@Override
	public Deadline deadline() {
		Deadline deadline = CallDialect.super.deadline();
		String timeout = this.request.get("grpc-timeout");
		if (timeout == null) {
			return deadline;
		}
		try {
			return Deadline.afterNanos(GrpcTimeout.parse(timeout)).earliest(deadline);
		}
		catch (IllegalArgumentException ex) {
			throw MicroException.plain(400, "malformed grpc-timeout: " + timeout);
		}
	}

	@Override
	public Message opening(Metadata headers) {
		Metadata.Builder opening = Metadata.builder().set(Headers.HTTP_STATUS, "200").setAll(headers);
		String accepted = this.request.getOrDefault("grpc-accept-encoding", "");
		if (this.compress != null && accepts(accepted, GZIP)) {
			opening.set("grpc-encoding", GZIP);
		}
		return Message.of(opening.build());
	}

	private static boolean accepts(String accepted, String encoding) {
		for (String one : accepted.split(",")) {
			if (one.trim().equals(encoding)) {
				return true;
			}
		}
		return false;
	}

	@Override
	public void compress(boolean wanted) {
		this.compress = wanted;
	}

	@Override
	public Message part(Message body) {
		Boolean wanted = this.compress;
		if (wanted == null) {
			return new Message(Metadata.empty(), body.body());
		}
		return new Message(wanted ? COMPRESSED : UNCOMPRESSED, body.body());
	}

	@Override
	public Message failure(MicroException error) {
		GrpcStatus status = GrpcStatus.of(error, this.request.contains(REQUESTED_TYPE));
		Metadata.Builder trailers = Metadata.builder()
			.set(Headers.END, "")
			.set("grpc-status", Integer.toString(status.code()))
			.set("grpc-message", GrpcStatus.encodeMessage(status.message()));
		if (status.details() != null) {
			trailers.set("grpc-status-details-bin", status.details());
		}
		return Message.of(trailers.build());
	}

	@Override
	public Message end() {
		return END;
	}

}
