package io.microspring.server;

/**
 * What a server offers to gRPC beside its handlers. Immutable.
 *
 * @param health whether {@code grpc.health.v1.Health} answers; true by default
 * @param reflection whether {@code grpc.reflection.v1} and {@code v1alpha} tell what
 * there is to call; true by default
 * @param compression whether answers are compressed when the caller can read that and the
 * handler says nothing else; false by default
 */
public record GrpcOptions(boolean health, boolean reflection, boolean compression) {

	private static final GrpcOptions DEFAULTS = new GrpcOptions(true, true, false);

	/**
	 * Health and reflection, no compression.
	 * @return the options
	 */
	public static GrpcOptions defaults() {
		return DEFAULTS;
	}

	/**
	 * A copy that answers health checks, or not.
	 * @param health whether it does
	 * @return the copy
	 */
	public GrpcOptions withHealth(boolean health) {
		return new GrpcOptions(health, this.reflection, this.compression);
	}

	/**
	 * A copy that tells what there is to call, or not.
	 * @param reflection whether it does
	 * @return the copy
	 */
	public GrpcOptions withReflection(boolean reflection) {
		return new GrpcOptions(this.health, reflection, this.compression);
	}

	/**
	 * A copy that compresses answers, or not.
	 * @param compression whether it does
	 * @return the copy
	 */
	public GrpcOptions withCompression(boolean compression) {
		return new GrpcOptions(this.health, this.reflection, compression);
	}

}
