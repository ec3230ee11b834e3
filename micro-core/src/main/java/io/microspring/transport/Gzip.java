package io.microspring.transport;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * The one compression of gRPC messages that everybody has.
 */
final class Gzip {

	/** Its name in {@code grpc-encoding}. */
	static final String NAME = "gzip";

	private static final int FIRST = 8 * 1024;

	private Gzip() {
	}

	/**
	 * Compresses.
	 * @param bytes what to compress
	 * @return the same in gzip's format
	 */
	static byte[] deflate(byte[] bytes) {
		ByteArrayOutputStream out = new ByteArrayOutputStream(64 + bytes.length / 2);
		try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
			gzip.write(bytes);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return out.toByteArray();
	}

	/**
	 * Decompresses no more than a limit, whatever would come after it.
	 * @param bytes gzip's format
	 * @param limit the most bytes that are wanted
	 * @return what was compressed, or one byte over the limit when it is larger
	 * @throws IOException when it is no gzip, or damaged
	 */
	static byte[] inflate(byte[] bytes, int limit) throws IOException {
		try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(bytes), FIRST)) {
			byte[] out = new byte[Math.min(FIRST, limit + 1)];
			int length = 0;
			for (int read = 0; read >= 0; read = gzip.read(out, length, out.length - length)) {
				length += read;
				if (length > limit) {
					break;
				}
				if (length == out.length) {
					out = Arrays.copyOf(out, (int) Math.min(2L * length, limit + 1L));
				}
			}
			return (length == out.length) ? out : Arrays.copyOf(out, length);
		}
	}

}
