package io.microspring.plugins.broker.nsq;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where an nsqlookupd is asked.
 *
 * @param secure whether over TLS
 * @param at its host, and the port of its HTTP
 */
record NsqLookupdAddress(boolean secure, NsqAddress at) {

	private static final int DEFAULT_PORT = 4161;

	private static final Pattern SCHEME = Pattern.compile("\\bhttps?://");

	private static final String SECURE = "https://";

	/**
	 * Reads the addresses of all nsqlookupds.
	 * @param text the addresses, separated by commas
	 * @return the addresses, each once; none when there is none in the text
	 * @throws IllegalArgumentException when one is no address
	 */
	static List<NsqLookupdAddress> all(String text) {
		// Of the whole, and without showing it: a password may hold a comma.
		if (NsqAddress.MORE_THAN_AN_ADDRESS.matcher(SCHEME.matcher(text).replaceAll("")).find()) {
			throw new IllegalArgumentException(
					"An address of nsqlookupd is a host and a port, behind http:// or https://"
							+ " if need be, without user, path or query");
		}
		return Arrays.stream(text.split(","))
			.filter((address) -> !address.isBlank())
			.map((address) -> read(address.trim()))
			.distinct()
			.toList();
	}

	private static NsqLookupdAddress read(String address) {
		return new NsqLookupdAddress(address.startsWith(SECURE),
				NsqAddress.read("an nsqlookupd", SCHEME.matcher(address).replaceFirst(""), DEFAULT_PORT));
	}

	@Override
	public String toString() {
		return (this.secure ? SECURE : "http://") + this.at;
	}

}
