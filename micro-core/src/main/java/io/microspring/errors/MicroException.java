package io.microspring.errors;

import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The one error, in code and on the wire: who says so, an HTTP code, what is wrong, and
 * the code's own phrase.
 * <p>
 * go-micro: {@code errors.Error}. Its text form is JSON with the keys {@code id},
 * {@code code}, {@code detail} and {@code status}. A <em>plain</em> error is one whose
 * text is no such JSON: a Go {@code errors.New("...")}, or a declared exception of a Java
 * handler; here it has the code 500 and is never retried.
 */
public final class MicroException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/** The text stands in a header, which is no place for other characters. */
	private static final JsonMapper JSON = JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

	private static final int LONGEST_DETAIL = 4096;

	private static final Map<Integer, String> PHRASES = Map.ofEntries(Map.entry(200, "OK"),
			Map.entry(400, "Bad Request"), Map.entry(401, "Unauthorized"), Map.entry(402, "Payment Required"),
			Map.entry(403, "Forbidden"), Map.entry(404, "Not Found"), Map.entry(405, "Method Not Allowed"),
			Map.entry(406, "Not Acceptable"), Map.entry(407, "Proxy Authentication Required"),
			Map.entry(408, "Request Timeout"), Map.entry(409, "Conflict"), Map.entry(410, "Gone"),
			Map.entry(411, "Length Required"), Map.entry(412, "Precondition Failed"),
			Map.entry(413, "Request Entity Too Large"), Map.entry(414, "Request URI Too Long"),
			Map.entry(415, "Unsupported Media Type"), Map.entry(416, "Requested Range Not Satisfiable"),
			Map.entry(417, "Expectation Failed"), Map.entry(418, "I'm a teapot"), Map.entry(421, "Misdirected Request"),
			Map.entry(422, "Unprocessable Entity"), Map.entry(423, "Locked"), Map.entry(424, "Failed Dependency"),
			Map.entry(425, "Too Early"), Map.entry(426, "Upgrade Required"), Map.entry(428, "Precondition Required"),
			Map.entry(429, "Too Many Requests"), Map.entry(431, "Request Header Fields Too Large"),
			Map.entry(451, "Unavailable For Legal Reasons"), Map.entry(500, "Internal Server Error"),
			Map.entry(501, "Not Implemented"), Map.entry(502, "Bad Gateway"), Map.entry(503, "Service Unavailable"),
			Map.entry(504, "Gateway Timeout"), Map.entry(505, "HTTP Version Not Supported"),
			Map.entry(506, "Variant Also Negotiates"), Map.entry(507, "Insufficient Storage"),
			Map.entry(508, "Loop Detected"), Map.entry(510, "Not Extended"),
			Map.entry(511, "Network Authentication Required"));

	private final String id;

	private final int code;

	private final String detail;

	private final String status;

	private final boolean plain;

	private final boolean answer;

	/**
	 * An error with everything given.
	 * @param id who says so, such as {@code go.micro.client} or the name of a service
	 * @param code an HTTP status code
	 * @param detail what is wrong, for a person
	 * @param status the code's phrase
	 */
	public MicroException(String id, int code, String detail, String status) {
		this(id, code, detail, status, false, false, null);
	}

	private MicroException(String id, int code, String detail, String status, boolean plain, boolean answer,
			@Nullable Throwable cause) {
		super(message(id, code, detail), cause);
		this.id = Objects.requireNonNull(id, "id");
		this.code = code;
		this.detail = Objects.requireNonNull(detail, "detail");
		this.status = Objects.requireNonNull(status, "status");
		this.plain = plain;
		this.answer = answer;
	}

	/**
	 * An error with the usual phrase of its code.
	 * @param id who says so
	 * @param code an HTTP status code
	 * @param detail what is wrong
	 * @return the error
	 */
	public static MicroException of(String id, int code, String detail) {
		return new MicroException(id, code, detail, phrase(code));
	}

	/**
	 * 400: the caller's request is wrong.
	 * @param id who says so
	 * @param detail what is wrong
	 * @return the error
	 */
	public static MicroException badRequest(String id, String detail) {
		return of(id, 400, detail);
	}

	/**
	 * 401: who calls is not known.
	 * @param id who says so
	 * @param detail what is wrong
	 * @return the error
	 */
	public static MicroException unauthorized(String id, String detail) {
		return of(id, 401, detail);
	}

	/**
	 * 403: who calls may not.
	 * @param id who says so
	 * @param detail what is wrong
	 * @return the error
	 */
	public static MicroException forbidden(String id, String detail) {
		return of(id, 403, detail);
	}

	/**
	 * 404: what was asked for is not there.
	 * @param id who says so
	 * @param detail what is wrong
	 * @return the error
	 */
	public static MicroException notFound(String id, String detail) {
		return of(id, 404, detail);
	}

	/**
	 * 405: the method is not offered.
	 * @param id who says so
	 * @param detail what is wrong
	 * @return the error
	 */
	public static MicroException methodNotAllowed(String id, String detail) {
		return of(id, 405, detail);
	}

	/**
	 * 408: the deadline has passed.
	 * @param id who says so
	 * @param detail what is wrong
	 * @return the error
	 */
	public static MicroException timeout(String id, String detail) {
		return of(id, 408, detail);
	}

	/**
	 * 409: the request does not fit the present state.
	 * @param id who says so
	 * @param detail what is wrong
	 * @return the error
	 */
	public static MicroException conflict(String id, String detail) {
		return of(id, 409, detail);
	}

	/**
	 * 500: a fault.
	 * @param id who says so
	 * @param detail what is wrong
	 * @return the error
	 */
	public static MicroException internalServerError(String id, String detail) {
		return of(id, 500, detail);
	}

	/**
	 * A plain error: a text without id and code, code 500 on this side.
	 * @param text the text
	 * @return the error
	 */
	public static MicroException plain(String text) {
		return plain(500, text);
	}

	/**
	 * A plain error with a code, for the protocols that tell one beside the text, as
	 * gRPC's status does.
	 * @param code an HTTP status code
	 * @param text the text
	 * @return the error
	 */
	public static MicroException plain(int code, String text) {
		return new MicroException("", code, text, phrase(code), true, true, null);
	}

	/**
	 * Reads the text form of an error, as it stands in {@code Micro-Error}.
	 * @param text JSON, or anything else for a plain error; missing keys have their
	 * defaults
	 * @return the error
	 */
	public static MicroException parse(String text) {
		if (text.startsWith("{")) {
			try {
				JsonNode json = JSON.readTree(text);
				if (json.isObject() && (json.has("code") || json.has("detail") || json.has("id"))) {
					int code = json.path("code").asInt(500);
					return new MicroException(json.path("id").asString(""), code, json.path("detail").asString(""),
							json.path("status").asString(phrase(code)));
				}
			}
			catch (JacksonException ignored) {
				// no JSON: a plain text that happens to begin like it
			}
		}
		return plain(text);
	}

	/**
	 * The same error with a cause, which stays on this side.
	 * @param cause what led to it
	 * @return a copy
	 */
	public MicroException because(Throwable cause) {
		return new MicroException(this.id, this.code, this.detail, this.status, this.plain, this.answer, cause);
	}

	/**
	 * The same error, known to be what a handler answered, whatever its code says.
	 * @return a copy of which {@link #isAnswer()} is true
	 */
	public MicroException asAnswer() {
		return new MicroException(this.id, this.code, this.detail, this.status, this.plain, true, getCause());
	}

	/**
	 * The same error with the stack trace of this thread: for one that was made on the
	 * thread of a transport.
	 * @return a copy
	 */
	public MicroException rethrown() {
		return new MicroException(this.id, this.code, this.detail, this.status, this.plain, this.answer, getCause());
	}

	/**
	 * Who says so.
	 * @return the id, empty for a plain error
	 */
	public String id() {
		return this.id;
	}

	/**
	 * The HTTP status code.
	 * @return the code
	 */
	public int code() {
		return this.code;
	}

	/**
	 * What is wrong.
	 * @return the detail
	 */
	public String detail() {
		return this.detail;
	}

	/**
	 * The phrase of the code.
	 * @return the status
	 */
	public String status() {
		return this.status;
	}

	/**
	 * Whether this is a plain text rather than a go-micro error.
	 * @return true when plain
	 */
	public boolean isPlain() {
		return this.plain;
	}

	/**
	 * Whether it is an answer, and nothing is wrong with the node that gave it: the call
	 * is at fault, or has come to a result that is an error. Another node would say the
	 * same. So are plain errors, and codes below 500 except 408; and 501, as a node that
	 * lacks a method is well.
	 * @return true for an answer, false for the fault of a node
	 */
	public boolean isAnswer() {
		return this.answer || (this.code < 500 && this.code != 408) || this.code == 501;
	}

	/**
	 * The text form, as it stands in {@code Micro-Error}: JSON in ASCII, or the bare text
	 * of a plain error with blanks for its control characters.
	 * @return the text, on one line, with at most 4096 characters of the detail: it
	 * travels in a header
	 */
	public String toText() {
		String shown = (this.detail.length() > LONGEST_DETAIL) ? this.detail.substring(0, LONGEST_DETAIL) + "..."
				: this.detail;
		if (this.plain) {
			return withoutControls(shown);
		}
		return JSON.writeValueAsString(JSON.createObjectNode()
			.put("id", this.id)
			.put("code", this.code)
			.put("detail", shown)
			.put("status", this.status));
	}

	/**
	 * The usual phrase of an HTTP status code, as Go's {@code http.StatusText} has it.
	 * @param code the code
	 * @return the phrase, empty when unknown
	 */
	public static String phrase(int code) {
		return PHRASES.getOrDefault(code, "");
	}

	private static String withoutControls(String text) {
		char[] chars = text.toCharArray();
		for (int i = 0; i < chars.length; i++) {
			if (Character.isISOControl(chars[i])) {
				chars[i] = ' ';
			}
		}
		return new String(chars);
	}

	private static String message(String id, int code, String detail) {
		return id.isEmpty() ? detail : id + ": " + detail + " (" + code + ")";
	}

}
