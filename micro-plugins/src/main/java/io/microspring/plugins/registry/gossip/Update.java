package io.microspring.plugins.registry.gossip;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;

/**
 * News of a service, go-micro's message {@code gossip.Update} (protocol reference §7.7),
 * written by hand: five fields are not worth a class of a few thousand lines. Immutable,
 * if nobody changes the array.
 * <p>
 * Go tells neither which member a service belongs to nor which of two updates is newer;
 * ours stand in the metadata, which Go passes over.
 *
 * @param expires when the nodes end, in nanoseconds since 1970; 0 when it does not say
 * @param action what happened
 * @param member the member that the nodes belong to, empty when it does not say
 * @param version counts the updates of the same nodes; 0 when it does not say
 * @param data the service as JSON
 */
record Update(long expires, int action, String member, long version, byte[] data) {

	static final int CREATE = 1;

	static final int DELETE = 2;

	private static final int SERVICE = 1;

	private static final String CONTENT_TYPE = "Content-Type";

	private static final String JSON = "application/json";

	private static final String MEMBER = "Micro-Gossip-Member";

	private static final String VERSION = "Micro-Gossip-Version";

	private static final int MAX_METADATA = 64;

	boolean isDelete() {
		return this.action == DELETE;
	}

	Update of(String member, long version) {
		return new Update(this.expires, this.action, member, version, this.data);
	}

	byte[] encode() {
		try {
			ByteArrayOutputStream bytes = new ByteArrayOutputStream(128 + this.data.length);
			CodedOutputStream out = CodedOutputStream.newInstance(bytes);
			if (this.expires != 0) {
				out.writeUInt64(1, this.expires);
			}
			out.writeInt32(2, SERVICE);
			out.writeInt32(3, this.action);
			write(CONTENT_TYPE, JSON, out);
			if (!this.member.isEmpty()) {
				write(MEMBER, this.member, out);
			}
			if (this.version != 0) {
				write(VERSION, Long.toString(this.version), out);
			}
			out.writeByteArray(7, this.data);
			out.flush();
			return bytes.toByteArray();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void write(String key, String value, CodedOutputStream out) throws IOException {
		out.writeTag(6, WireFormat.WIRETYPE_LENGTH_DELIMITED);
		out.writeUInt32NoTag(
				CodedOutputStream.computeStringSize(1, key) + CodedOutputStream.computeStringSize(2, value));
		out.writeString(1, key);
		out.writeString(2, value);
	}

	/**
	 * Reads an update.
	 * @param bytes what a member said
	 * @return the update
	 * @throws MalformedException when it is none, or none of a service in JSON
	 */
	static Update decode(byte[] bytes) {
		long expires = 0;
		int type = 0;
		int action = 0;
		byte[] data = new byte[0];
		Map<String, String> metadata = new LinkedHashMap<>();
		try {
			CodedInputStream in = CodedInputStream.newInstance(bytes);
			for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
				switch (tag >>> 3) {
					case 1 -> expires = in.readUInt64();
					case 2 -> type = in.readInt32();
					case 3 -> action = in.readInt32();
					case 6 -> readMetadata(in, metadata);
					case 7 -> data = in.readByteArray();
					default -> in.skipField(tag);
				}
			}
		}
		catch (IOException ex) {
			throw new MalformedException("no update: " + ex.getMessage());
		}
		if (type != SERVICE || !JSON.equals(metadata.get(CONTENT_TYPE)) || expires < 0) {
			throw new MalformedException("no update of a service in JSON");
		}
		return new Update(expires, action, metadata.getOrDefault(MEMBER, ""),
				version(metadata.getOrDefault(VERSION, "0")), data);
	}

	private static void readMetadata(CodedInputStream in, Map<String, String> metadata) throws IOException {
		int outer = in.pushLimit(in.readRawVarint32());
		String key = "";
		String value = "";
		for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
			switch (tag >>> 3) {
				case 1 -> key = in.readString();
				case 2 -> value = in.readString();
				default -> in.skipField(tag);
			}
		}
		in.popLimit(outer);
		if (metadata.size() == MAX_METADATA) {
			throw new MalformedException("more than " + MAX_METADATA + " metadata");
		}
		metadata.put(key, value);
	}

	private static long version(String text) {
		try {
			return Math.max(0, Long.parseLong(text));
		}
		catch (NumberFormatException ex) {
			throw new MalformedException("a version that is no number");
		}
	}

}
