package io.microspring.server;

import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;

import io.microspring.codec.Codec;
import io.microspring.codec.Codecs;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * JSON over HTTP for {@code curl} and browsers: {@code POST /Say/Hello}, errors with
 * their HTTP status. Not go-micro's; its users have the gateway for this.
 */
final class PlainJsonDialect implements Dialect {

	private static final String ID = "go.micro.server";

	private final Metadata request;

	private final Codecs codecs;

	/** What the handler returns; known once there is a route. */
	private Type returned = Object.class;

	/** What the answer is to be; null until that is known. */
	private @Nullable String answered;

	private @Nullable Codec answering;

	PlainJsonDialect(Metadata request, Codecs codecs) {
		this.request = request;
		this.codecs = codecs;
	}

	@Override
	public Route route(Routes routes) {
		String path = path(this.request);
		Route route = routes.find(endpoint(path));
		if (route == null) {
			throw nothingAt(path, routes);
		}
		if (!"POST".equals(this.request.get(Headers.HTTP_METHOD))) {
			throw MicroException.methodNotAllowed(ID,
					path + " is called by POST, not by " + this.request.get(Headers.HTTP_METHOD));
		}
		this.returned = route.handler().responseType();
		return route;
	}

	/** Says also what the answer will be, before anything is done. */
	@Override
	public Codec codec() {
		String own = contentType();
		Codec codec = this.codecs.find(own);
		if (codec == null) {
			throw this.codecs.unsupported(ID, own);
		}
		String accept = this.request.get(Headers.ACCEPT);
		String answer = this.codecs.answer(accept, own, this.returned);
		if (answer == null) {
			throw this.codecs.unacceptable(ID, String.valueOf(accept), this.returned);
		}
		this.answered = answer;
		this.answering = answer.equals(own) ? codec : this.codecs.find(answer);
		return codec;
	}

	@Override
	public Message encode(Codec codec, @Nullable Object result) {
		Codec chosen = this.answering;
		return Dialect.super.encode((chosen != null) ? chosen : codec, result);
	}

	@Override
	public Message success(Message body, Metadata headers) {
		Metadata.Builder reply = Metadata.builder().setAll(headers).setAll(body.headers());
		String contentType = (this.answered != null) ? this.answered : contentType();
		byte[] bytes = body.body();
		if (bytes.length == 0 && contentType.equals(Codecs.JSON)) {
			bytes = "{}\n".getBytes(StandardCharsets.UTF_8);
		}
		return new Message(reply.set(Headers.CONTENT_TYPE, contentType).build(), bytes);
	}

	@Override
	public Message failure(MicroException error) {
		return answer(error);
	}

	/** An error as HTTP has it: a status, and the error object. */
	static Message answer(MicroException error) {
		MicroException shown = error.isPlain() ? MicroException.of(ID, error.code(), error.detail()) : error;
		int status = (shown.code() >= 400 && shown.code() <= 599) ? shown.code() : 500;
		Metadata.Builder reply = Metadata.builder()
			.set(Headers.HTTP_STATUS, Integer.toString(status))
			.set(Headers.CONTENT_TYPE, Codecs.JSON);
		if (status == 405) {
			reply.set("Allow", "POST");
		}
		return new Message(reply.build(), (shown.toText() + "\n").getBytes(StandardCharsets.UTF_8));
	}

	@Override
	public Message part(Message body) {
		throw new IllegalStateException("Plain JSON has no streams");
	}

	@Override
	public Message end() {
		throw new IllegalStateException("Plain JSON has no streams");
	}

	@Override
	public boolean ordered() {
		return true;
	}

	@Override
	public boolean streams() {
		return false;
	}

	private String contentType() {
		return this.request.getOrDefault(Headers.CONTENT_TYPE, Codecs.JSON);
	}

	static MicroException nothingAt(String path, Routes routes) {
		return MicroException.notFound(ID,
				"There is nothing at " + path + "; there is " + String.join(", ", routes.paths()));
	}

	static String path(Metadata headers) {
		String path = headers.getOrDefault(Headers.PATH, "/");
		int query = path.indexOf('?');
		return (query < 0) ? path : path.substring(0, query);
	}

	/** {@code /Say/Hello} names {@code Say.Hello}. */
	static String endpoint(String path) {
		return path.substring(Math.min(1, path.length())).replace('/', '.');
	}

}
