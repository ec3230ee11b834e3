package io.microspring.server;

/**
 * What a socket of the server carries, for as long as it is open.
 */
interface Connection {

	/** Closes the socket as soon as nothing is under way on it. */
	void closeWhenIdle();

	/** Closes the socket; callers of streams under way are told why. */
	void stop();

}
