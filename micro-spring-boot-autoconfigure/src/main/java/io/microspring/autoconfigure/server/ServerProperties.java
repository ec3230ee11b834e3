package io.microspring.autoconfigure.server;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.server.DebugOptions;
import io.microspring.server.GrpcOptions;
import io.microspring.server.RecentLog;
import io.microspring.server.ServerOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;

/**
 * What the service is called, where it listens, and how it comes and goes.
 *
 * @param enabled Whether the application serves; by default it does when it has a handler
 * or a subscriber.
 * @param type Protocol that is served.
 * @param name Name of the service; by default the name of the application.
 * @param version Version of the service.
 * @param id Id of this instance; random by default.
 * @param address Where it listens: host and port, port 0 for any, an empty host for all
 * interfaces, host:min-max for the first free port of a range.
 * @param advertise Address that it announces, host or host and port; empty for the one
 * that it listens on.
 * @param metadata What the registry is to know of this instance besides.
 * @param registerTtl How long a registration lives unless renewed; a number without unit
 * counts seconds.
 * @param registerInterval How often a registration is renewed; a number without unit
 * counts seconds.
 * @param executor Which threads handlers run on.
 * @param timeout After how long a caller is answered that names no time-out of its own;
 * zero for never. Streams have none.
 * @param errors What callers are told of faults.
 * @param debug What go-micro's tools are told of this instance.
 * @param grpc What gRPC is offered beside the handlers.
 * @param shutdown How it stops.
 */
@ConfigurationProperties("micro.server")
public record ServerProperties(@Nullable Boolean enabled, @DefaultValue("mucp") String type, @Nullable String name,
		@DefaultValue("latest") String version, @Nullable String id, @DefaultValue(":0") String address,
		@DefaultValue("") String advertise, @DefaultValue Map<String, String> metadata,
		@DefaultValue("60s") @DurationUnit(ChronoUnit.SECONDS) Duration registerTtl,
		@DefaultValue("30s") @DurationUnit(ChronoUnit.SECONDS) Duration registerInterval,
		@DefaultValue("auto") ExecutorMode executor, @DefaultValue("1m") Duration timeout, @DefaultValue Errors errors,
		@DefaultValue Debug debug, @DefaultValue Grpc grpc, @DefaultValue Shutdown shutdown) {

	/**
	 * The options of the server.
	 * @param application the name of the application, or null
	 * @param log what go-micro's tools are told of the log, or null
	 * @return the options
	 */
	ServerOptions toOptions(@Nullable String application, @Nullable RecentLog log) {
		String serviceName = (this.name != null) ? this.name : application;
		ServerOptions options = ServerOptions.named((serviceName != null) ? serviceName : "go.micro.server")
			.withVersion(this.version)
			.withAddress(this.address)
			.withAdvertise(this.advertise)
			.withMetadata(this.metadata)
			.withRegister(this.registerTtl, this.registerInterval)
			.withExecutor(this.executor)
			.withTimeout(this.timeout)
			.withIncludeMessage(this.errors.includeMessage())
			.withDebug(new DebugOptions(this.debug.enabled(), this.debug.calls(), log))
			.withGrpc(new GrpcOptions(this.grpc.health(), this.grpc.reflection(), this.grpc.compression()))
			.withShutdown(this.shutdown.deregisterDelay(), this.shutdown.drainTimeout());
		return (this.id != null) ? options.withId(this.id) : options;
	}

	/**
	 * What callers are told of faults.
	 *
	 * @param includeMessage Whether they are told the message of an unexpected exception;
	 * a stack trace is never told.
	 */
	public record Errors(@DefaultValue("false") boolean includeMessage) {
	}

	/**
	 * What go-micro's tools are told of this instance.
	 *
	 * @param enabled Whether they are answered: the endpoints Debug.Health, Debug.Stats,
	 * Debug.Log and Debug.Trace, which the registry does not show.
	 * @param calls How many of the last calls Debug.Trace tells of; 0 for none.
	 * @param logLines How many of the last lines of Logback's log Debug.Log tells, to
	 * whoever reaches the server; 0 for none.
	 */
	public record Debug(@DefaultValue("true") boolean enabled, @DefaultValue("0") int calls,
			@DefaultValue("0") int logLines) {
	}

	/**
	 * What gRPC is offered beside the handlers.
	 *
	 * @param health Whether grpc.health.v1.Health answers.
	 * @param reflection Whether grpc.reflection.v1 and v1alpha tell what there is to
	 * call.
	 * @param compression Whether answers are compressed by gzip when the caller can read
	 * that and the handler says nothing else.
	 */
	public record Grpc(@DefaultValue("true") boolean health, @DefaultValue("true") boolean reflection,
			@DefaultValue("false") boolean compression) {
	}

	/**
	 * How the server stops.
	 *
	 * @param deregisterDelay How long the news of its going may travel before calls are
	 * refused.
	 * @param drainTimeout How long calls under way may take to end.
	 */
	public record Shutdown(@DefaultValue("500ms") Duration deregisterDelay,
			@DefaultValue("20s") Duration drainTimeout) {
	}

}
