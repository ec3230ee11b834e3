package io.microspring.plugins.relay;

/**
 * What two ends of ours say to each other beside the messages, where go-micro does not
 * look.
 */
public enum RelaySignal {

	/** How much has been taken in of what came on the connection. */
	TAKEN,

	/** The connection is closed. */
	CLOSED,

	/** Nobody accepts connections here any more. */
	REFUSED

}
