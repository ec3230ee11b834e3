package io.microspring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import com.tngtech.archunit.library.GeneralCodingRules;
import io.microspring.broker.Broker;
import io.microspring.call.CallContext;
import io.microspring.client.Client;
import io.microspring.codec.Codec;
import io.microspring.concurrent.Threads;
import io.microspring.registry.Registry;
import io.microspring.selector.Selector;
import io.microspring.server.Server;
import io.microspring.service.MicroService;
import io.microspring.transport.Transport;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.FastThreadLocal;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The rules of the house that a compiler does not know. Each says why; when one is in the
 * way, the reason is what to argue with.
 */
class ArchitectureTest {

	private static final JavaClasses CORE = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages("io.microspring");

	/** Whoever stands on a line knows the lines above it, and not its neighbours. */
	private static final List<List<String>> LAYERS = List.of(
			List.of("message", "errors", "health", "concurrent", "options"), List.of("call"),
			List.of("codec", "transport", "registry"), List.of("selector", "broker"), List.of("client", "server"),
			List.of("service"));

	private static final List<Class<?>> THREAD_MAKERS = List.of(Thread.class, ThreadPoolExecutor.class,
			ForkJoinPool.class, java.util.Timer.class, io.netty.util.Timer.class);

	@Test
	void layersPointOneWay() {
		LayeredArchitecture house = Architectures.layeredArchitecture().consideringOnlyDependenciesInLayers();
		List<String> above = new ArrayList<>();
		for (List<String> layer : LAYERS) {
			for (String concept : layer) {
				house = house.layer(concept).definedBy("io.microspring." + concept + "..");
				house = above.isEmpty() ? house.whereLayer(concept).mayNotAccessAnyLayer()
						: house.whereLayer(concept).mayOnlyAccessLayers(above.toArray(String[]::new));
			}
			above.addAll(layer);
		}
		house.ensureAllClassesAreContainedInArchitecture()
			.because("a part can then be read, tested and replaced without those that use it; client and server"
					+ " share what is above them, never each other")
			.check(CORE);
	}

	@Test
	void conceptsHaveNoCycles() {
		slices().matching("io.microspring.(*)..")
			.should()
			.beFreeOfCycles()
			.because("two concepts that need each other are one concept")
			.check(CORE);
	}

	@Test
	void coreKnowsNoSpring() {
		noClasses().should()
			.dependOnClassesThat()
			.resideInAnyPackage("org.springframework..")
			.because("the engine runs without Spring: in a command line, a test or another framework")
			.check(CORE);
	}

	@Test
	void everyPackageIsNullMarked() {
		List<String> unmarked = CORE.stream()
			.map(JavaClass::getPackage)
			.distinct()
			.filter((aPackage) -> !isGenerated(aPackage))
			.filter((aPackage) -> !aPackage.isAnnotatedWith(NullMarked.class))
			.map((aPackage) -> aPackage.getName())
			.toList();

		assertThat(unmarked).as("packages whose package-info.java is missing or not @NullMarked").isEmpty();
	}

	@Test
	void implementationsAreHiddenBehindTheirInterface() {
		classes().that()
			.areNotInterfaces()
			.and(areAnyOf(Registry.class, Selector.class, Codec.class, Transport.class, Broker.class, Client.class,
					Server.class, MicroService.class))
			.should()
			.notBePublic()
			.because("the interface is the catalogue: implementations are reached through its static factories")
			.check(CORE);
	}

	@Test
	void threadsAreMadeInOneClass() {
		noClasses().that()
			.doNotBelongToAnyOf(Threads.class)
			.should()
			.callCodeUnitWhere(DescribedPredicate.describe("it makes threads, or borrows those of the common pool",
					ArchitectureTest::makesThreads))
			.orShould()
			.beAssignableTo(Thread.class)
			.because("virtual threads on 21 and newer, bounded pools on 17 and every thread's name are chosen once")
			.check(CORE);
	}

	@Test
	void threadLocalsAreHeldInOneClass() {
		noClasses().that()
			.doNotBelongToAnyOf(CallContext.class)
			.should()
			.dependOnClassesThat(assignableTo(ThreadLocal.class).or(assignableTo(FastThreadLocal.class)))
			.because("what follows a call must be handed on between threads, which CallContext does")
			.check(CORE);
	}

	@Test
	void everythingIsLoggedThroughSlf4j() {
		noClasses().should(GeneralCodingRules.ACCESS_STANDARD_STREAMS)
			.orShould()
			.dependOnClassesThat()
			.resideInAnyPackage("java.util.logging..", "org.apache.commons.logging..")
			.because("an application decides where lines go, and its own output is not ours to mix with")
			.check(CORE);
	}

	@Test
	void namesSayWhatAThingIs() {
		noClasses().should()
			.haveNameMatching(".*[.$](Abstract\\w+|\\w+(Utils?|Manager|Helper|Support))")
			.because("such a name says that nobody knew what the class is for")
			.check(CORE);
	}

	/** What protoc makes of src/main/protobuf is kept in packages of its own. */
	private static boolean isGenerated(JavaPackage aPackage) {
		return (aPackage.getName() + ".").contains(".wire.");
	}

	private static boolean makesThreads(JavaCall<?> call) {
		JavaClass owner = call.getTargetOwner();
		boolean givenThreads = call.getTarget()
			.getRawParameterTypes()
			.stream()
			.anyMatch((type) -> type.isAssignableTo(ThreadFactory.class) || type.isAssignableTo(Executor.class));
		if (owner.isAssignableTo(CompletableFuture.class)) {
			return call.getName().endsWith("Async") && !givenThreads;
		}
		if (!call.getName().equals(JavaConstructor.CONSTRUCTOR_NAME)) {
			return owner.isEquivalentTo(Executors.class) || owner.isEquivalentTo(ForkJoinPool.class);
		}
		return (owner.isAssignableTo(EventExecutorGroup.class) && !givenThreads)
				|| THREAD_MAKERS.stream().anyMatch(owner::isAssignableTo);
	}

	private static DescribedPredicate<JavaClass> areAnyOf(Class<?>... types) {
		return DescribedPredicate.describe("implement one of the eight interfaces",
				(type) -> Arrays.stream(types).anyMatch(type::isAssignableTo));
	}

}
